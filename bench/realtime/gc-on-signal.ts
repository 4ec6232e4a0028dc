/** For `node --expose-gc --import`: collects garbage when asked, so that memory is measured without what is dead already. */
process.on('SIGUSR2', () => {
  (globalThis as { gc?: () => void }).gc?.();
});
