import { startCmafPublisher } from '../../libs/testing/media/cmaf-publisher.ts';

// The publisher of the benchmark, in a process of its own: node publish.ts ORIGIN-URL TOKEN SHOW-ID. Reports milliseconds from
// ffmpeg's output to the origin's answer.

const [originUrl = '', internalToken = '', showId = ''] = process.argv.slice(2);
const publisher = await startCmafPublisher({
  ...{ originUrl, internalToken, showId },
  onPart: (_rendition, _msn, _index, tookMs) => process.send?.(tookMs),
});
process.on('disconnect', () => void publisher.stop('abandon').then(() => process.exit(0)));
process.send?.('publishing');
