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
