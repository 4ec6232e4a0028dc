/** Whether node_modules holds what package-lock.json says; packages for other systems may be missing. */
export function packagesMatchLock(root: string): boolean;
