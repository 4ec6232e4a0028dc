import { Card } from '../../ui/card.tsx';

/** What to set in the encoder. Names are those of OBS. */
export function SetUp() {
  return (
    <Card title="Settings that work well">
      <dl className="facts">
        <div>
          <dt>Encoder</dt>
          <dd>H.264 (x264 or hardware)</dd>
        </div>
        <div>
          <dt>Key-frame interval</dt>
          <dd>2 s</dd>
        </div>
        <div>
          <dt>Rate control</dt>
          <dd>CBR, 2.5 to 6 Mbit/s</dd>
        </div>
        <div>
          <dt>Sound</dt>
          <dd>AAC, 160 kbit/s</dd>
        </div>
        <div>
          <dt>B-frames</dt>
          <dd>0 for the shortest delay</dd>
        </div>
        <div>
          <dt>Picture</dt>
          <dd>1280×720 or 1920×1080, 30 fps</dd>
        </div>
      </dl>
    </Card>
  );
}
