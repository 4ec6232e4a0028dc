export interface NativeProgram {
  names: string[];
  oldest?: number;
  ask?: string;
  apt: string;
  brew: string;
  instead?: string;
}
export const SERVERS: NativeProgram[];
export const CHROMIUM: NativeProgram;
/** Finds the programs, installs missing ones with apt where this user may, and otherwise throws a Failure that says what to run. */
export function installPrograms(
  programs: NativeProgram[],
  env?: Record<string, string | undefined>,
): Promise<void>;
/** The Failure for missing programs, with the command that installs them on this system. */
export function missingPrograms(missing: NativeProgram[], platform?: string): Error;
