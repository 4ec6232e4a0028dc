/** A value of AMF0, the encoding of RTMP commands. */
export type AmfValue =
  number | boolean | string | null | undefined | AmfValue[] | { [key: string]: AmfValue };

const NUMBER = 0x00;
const BOOLEAN = 0x01;
const STRING = 0x02;
const OBJECT = 0x03;
const NULL = 0x05;
const UNDEFINED = 0x06;
const ECMA_ARRAY = 0x08;
const OBJECT_END = 0x09;
const STRICT_ARRAY = 0x0a;

/** Writes values one after the other, as the payload of a command message. */
export function encodeAmf0(...values: AmfValue[]): Buffer {
  return Buffer.concat(values.map(encodeValue));
}

/** Reads all values of a payload; throws on a type that RTMP servers do not send. */
export function decodeAmf0(payload: Buffer): AmfValue[] {
  const values: AmfValue[] = [];
  const reader = { payload, at: 0 };
  while (reader.at < payload.length) values.push(decodeValue(reader));
  return values;
}

function encodeValue(value: AmfValue): Buffer {
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  if (typeof value === 'boolean') return Buffer.from([BOOLEAN, value ? 1 : 0]);
  if (typeof value === 'string') return Buffer.concat([Buffer.from([STRING]), encodeText(value)]);
  if (value === null) return Buffer.from([NULL]);
  if (value === undefined) return Buffer.from([UNDEFINED]);
  if (Array.isArray(value)) {
    const head = Buffer.from([STRICT_ARRAY, 0, 0, 0, 0]);
    head.writeUInt32BE(value.length, 1);
    return Buffer.concat([head, ...value.map(encodeValue)]);
  }
  const members = Object.entries(value).flatMap(([name, member]) => [encodeText(name), encodeValue(member)]);
  return Buffer.concat([Buffer.from([OBJECT]), ...members, Buffer.from([0, 0, OBJECT_END])]);
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

interface Reader {
  payload: Buffer;
  at: number;
}

function decodeValue(reader: Reader): AmfValue {
  const type = reader.payload.readUInt8(reader.at++);
  switch (type) {
    case NUMBER:
      reader.at += 8;
      return reader.payload.readDoubleBE(reader.at - 8);
    case BOOLEAN:
      return reader.payload.readUInt8(reader.at++) !== 0;
    case STRING:
      return decodeText(reader);
    case NULL:
      return null;
    case UNDEFINED:
      return undefined;
    case ECMA_ARRAY:
      reader.at += 4;
      return decodeMembers(reader);
    case OBJECT:
      return decodeMembers(reader);
    case STRICT_ARRAY: {
      const count = reader.payload.readUInt32BE(reader.at);
      reader.at += 4;
      return Array.from({ length: count }, () => decodeValue(reader));
    }
    default:
      throw new Error(`AMF0 type ${type} is not read here`);
  }
}

function decodeMembers(reader: Reader): { [key: string]: AmfValue } {
  const members: { [key: string]: AmfValue } = {};
  for (;;) {
    const name = decodeText(reader);
    if (name === '' && reader.payload[reader.at] === OBJECT_END) {
      reader.at += 1;
      return members;
    }
    members[name] = decodeValue(reader);
  }
}

function decodeText(reader: Reader): string {
  const length = reader.payload.readUInt16BE(reader.at);
  reader.at += 2 + length;
  return reader.payload.toString('utf8', reader.at - length, reader.at);
}
