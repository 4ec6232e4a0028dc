/** An engine could not be asked, or its answer was lost: the call may or may not have worked, and may be repeated. */
export class EngineUnreachable extends Error {
  override name = 'EngineUnreachable';
}
