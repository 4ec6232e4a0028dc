import { CircleCheck, Info, TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import { readStreamHealthEndpoint, type StreamHealth as Health } from '#contracts';
import { useResource } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { Notice } from '../../ui/notice.tsx';

const LOOK_EVERY_MS = 1_000;

/** How the picture arrives from the encoder, with advice in plain words. */
export function StreamHealth({ showId }: { showId: string }) {
  const health = useResource(readStreamHealthEndpoint, { params: { showId } });
  const { reload } = health;
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && reload(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const now = health.data;
  return (
    <Card title="Picture from your encoder" aside={now && <StateBadge health={now} />}>
      {health.problem && !now && <p className="muted">{problemText(health.problem)}</p>}
      {now && <Facts health={now} />}
      {now && <Advice health={now} />}
    </Card>
  );
}

function StateBadge({ health }: { health: Health }) {
  const { clock } = useServices();
  if (health.state === 'live')
    return (
      <Badge tone="good" pulse>
        Arriving
      </Badge>
    );
  if (health.state === 'none') return <Badge>Nothing arrives</Badge>;
  return (
    <Badge tone="warn">
      Waiting{' '}
      {health.resumeUntil && (
        <Countdown
          until={Date.parse(health.resumeUntil)}
          now={clock.now}
          label="Waits for the encoder for"
          urgentMs={0}
        />
      )}
    </Badge>
  );
}

function Facts({ health }: { health: Health }) {
  const { video, audio } = health;
  if (!video)
    return (
      <p className="muted">Start streaming in OBS; the picture appears here before anybody else sees it.</p>
    );
  return (
    <dl className="facts">
      <Fact name="Picture" value={`${video.width}×${video.height}, ${Math.round(video.frameRate)} fps`} />
      <Fact name="Bitrate" value={`${(video.bitrateKbps / 1000).toFixed(1)} Mbit/s`} />
      <Fact
        name="Key frames"
        value={video.keyFrameIntervalS === null ? '…' : `every ${video.keyFrameIntervalS.toFixed(1)} s`}
      />
      <Fact name="B-frames" value={video.bFrames ? 'on' : 'off'} />
      <Fact
        name="Sound"
        value={audio ? `${soundName(audio.codecs)}, ${Math.round(audio.bitrateKbps)} kbit/s` : 'none'}
      />
      <Fact name="Dropped" value={`${health.framesDropped} frames`} />
    </dl>
  );
}

/** The codec as encoders name it; playlists call AAC `mp4a.40` and its kind. */
function soundName(codecs: string): string {
  return codecs.startsWith('mp4a.40') ? 'AAC' : codecs;
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="num">{value}</dd>
    </div>
  );
}

function Advice({ health }: { health: Health }) {
  const { advice, lastRefusal, state } = health;
  return (
    <ul role="list" className="advice" aria-label="Advice">
      {lastRefusal && state !== 'live' && (
        <li>
          <Notice tone="bad" title="Your encoder was turned away">
            {lastRefusal.advice}
          </Notice>
        </li>
      )}
      {advice.map(({ code, level, text }) => (
        <li key={code} className={`advice__one advice__one--${level}`}>
          {level === 'hint' ? <Info aria-hidden="true" /> : <TriangleAlert aria-hidden="true" />}
          <span>{text}</span>
        </li>
      ))}
      {state === 'live' && advice.length === 0 && (
        <li className="advice__one advice__one--good">
          <CircleCheck aria-hidden="true" /> <span>Everything looks right.</span>
        </li>
      )}
    </ul>
  );
}
