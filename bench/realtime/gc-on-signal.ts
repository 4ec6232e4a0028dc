/**
 * For `node --expose-gc --import`: collects garbage and gives free pages back when asked, so that memory is measured without
 * what is dead already. With BENCH_MEMORY set it says what the process then holds.
 */
type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

process.on('SIGUSR2', () => {
  const { gc } = globalThis as { gc?: Collect };
  gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  if (process.env['BENCH_MEMORY']) process.stderr.write(`${JSON.stringify(process.memoryUsage())}\n`);
});
