/** What tests and benchmarks stand on; never imported by a process. */
export {
  startTestService,
  TEST_INTERNAL_TOKEN,
  TEST_JWKS,
  testEnv,
  testIdentity,
  tokenOf,
  type TestService,
} from './test-service.ts';
export { decodeAmf0, encodeAmf0, type AmfValue } from './rtmp/amf0.ts';
export { basicHeader, codeOf, RtmpClient, type RtmpMessage } from './rtmp/rtmp-client.ts';
export {
  publisherArgs,
  startPublisher,
  type PublisherOptions,
  type SyntheticPublisher,
} from './publisher.ts';
export {
  startCaptionedPublisher,
  type CaptionedPublisher,
  type CaptionedPublisherOptions,
} from './captions/captioned-publisher.ts';
export { delaysOf, MEASURE_IN_PAGE, type Measured } from './read-time-code.ts';
export { startCmafPublisher, type CmafPublisher, type CmafPublisherOptions } from './media/cmaf-publisher.ts';
export { PartsWriter } from './media/parts-writer.ts';
export {
  startPaymentsSandbox,
  TEST_CARDS,
  type PaymentsSandbox,
  type PaymentsSandboxOptions,
  type SeenPayment,
} from './payments-sandbox.ts';
export { makeFlv } from './make-flv.ts';
export { selfSignedCertificate } from './self-signed.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export { probe, type ProbedStream } from './media/probe.ts';
export { startOwnProcess, type OwnProcess, type OwnProcessOptions } from './own-process.ts';
export { startKeyServer } from './key-server.ts';
export { validateStream } from './validator/validate-stream.ts';
export type { Breach, ValidationReport } from './validator/report.ts';
