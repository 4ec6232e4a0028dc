/** The parts of node-media-server 4.4.3 that this process stands on; the package brings no types. */
declare module 'node-media-server/src/protocol/rtmp.js' {
  interface Command {
    cmd: string;
    transId?: unknown;
    cmdObj?: unknown;
    streamName?: unknown;
  }
  interface Chunk {
    header: { fmt: number; cid: number; timestamp: number; length: number; type: number; stream_id: number };
    clock: number;
    payload: Buffer;
    capacity: number;
    bytes: number;
  }
  export default class Rtmp {
    handshakeState: number;
    parserPacket: Chunk;
    inPackets: Map<number, Chunk>;
    inChunkSize: number;
    ackSize?: number;
    streams: number;
    streamApp?: string;
    streamId?: number;
    flv: unknown;
    onOutputCallback: (bytes: Buffer) => void;
    parserData(bytes: Buffer): string | null;
    packetParse(): void;
    chunkMessageHeaderRead(): number;
    packetAlloc(): void;
    controlHandler(): void;
    dataHandler(): void;
    invokeHandler(): void;
    onConnect(command: Command): void;
    onCreateStream(command: Command): void;
    onPublish(command: Command): void;
    onPlay(command: Command): void;
    onDeleteStream(command: Command): void;
    sendACK(bytes: number): void;
    sendStatusMessage(streamId: number, level: string, code: string, description: string): void;
    sendInvokeMessage(streamId: number, message: unknown): void;
    respondPublish(): void;
  }
}

declare module 'node-media-server/src/core/logger.js' {
  const logger: { log: (message: unknown, level?: string) => void };
  export default logger;
}
