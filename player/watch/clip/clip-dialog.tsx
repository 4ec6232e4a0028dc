import { Minus, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { CLIP_MAX_S, listChaptersEndpoint } from '#contracts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { formatPosition } from '../../core/duration.ts';
import { moveEnd, spanBefore, type ClipSpan } from '../../core/playback/clip-span.ts';
import type { Playback } from '../../core/playback/playback.ts';
import { IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { useWatch } from '../watch-context.ts';
import './clip.css';
import { ClipLinks } from './clip-links.tsx';
import { ClipVideo } from './clip-video.tsx';

const STEP_S = 2;

/** Cuts a stretch out of the show: what just happened at first, longer or shorter at both ends. */
export function ClipDialog({ playback, onClose }: { playback: Playback; onClose: () => void }) {
  const { show, folder } = useWatch();
  const { api } = useServices();
  const [durationS, setDuration] = useState(0);
  const [span, setSpan] = useState<ClipSpan | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const { showId } = show;
  useEffect(() => {
    let left = false;
    const ask = async () => {
      const result = await api.call(listChaptersEndpoint, { params: { showId } });
      if (left) return;
      if (!result.ok) return setRefused(problemText(result.problem));
      const total = result.body.durationS;
      if (total <= 0) return setRefused('There is nothing to cut yet.');
      setDuration(total);
      setSpan(spanBefore(playback.recordedPosition(total), total));
    };
    void ask();
    return () => {
      left = true;
    };
  }, [api, showId, playback]);
  const move = (end: keyof ClipSpan, by: number) =>
    span && setSpan(moveEnd(span, end, by, { durationS, longestS: CLIP_MAX_S }));
  return (
    <Dialog open title="Make a clip" onClose={onClose} className="dialog--wide">
      {refused && <Notice tone="bad">{refused}</Notice>}
      {!span && !refused && <SkeletonLines lines={4} label="Preparing the clip" />}
      {span && (
        <div className="stack">
          <ClipVideo key={`${span.from}-${span.to}`} folder={folder} from={span.from} to={span.to} silent />
          <div className="clip__ends">
            <End name="Begins" at={span.from} onMove={(by) => move('from', by)} />
            <End name="Ends" at={span.to} onMove={(by) => move('to', by)} />
            <span className="muted num">{span.to - span.from} seconds</span>
          </div>
          <ClipLinks showId={showId} title={show.title} {...span} />
        </div>
      )}
    </Dialog>
  );
}

function End({ name, at, onMove }: { name: string; at: number; onMove: (by: number) => void }) {
  return (
    <div className="clip__end" role="group" aria-label={name}>
      <span className="field__label">{name}</span>
      <IconButton label={`${name} earlier`} size="sm" onClick={() => onMove(-STEP_S)}>
        <Minus />
      </IconButton>
      <output className="num">{formatPosition(at)}</output>
      <IconButton label={`${name} later`} size="sm" onClick={() => onMove(STEP_S)}>
        <Plus />
      </IconButton>
    </div>
  );
}
