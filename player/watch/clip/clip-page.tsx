import { Play } from 'lucide-react';
import { useParams, useSearchParams } from 'react-router';
import { getShowEndpoint, type ShowDetail } from '#contracts';
import { NotFound } from '../../app/not-found.tsx';
import { LoadError } from '../../app/page-error.tsx';
import { useResource } from '../../app/use-resource.ts';
import { readSpan, type ClipSpan } from '../../core/playback/clip-span.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { useShowFolder } from '../use-address.ts';
import './clip.css';
import { ClipLinks } from './clip-links.tsx';
import { ClipVideo } from './clip-video.tsx';

/** `/shows/:showId/clip?from=&to=`: a stretch of a show that somebody shared, and the way to the whole. */
export function ClipPage() {
  const { showId = '' } = useParams();
  const [search] = useSearchParams();
  const show = useResource(getShowEndpoint, { params: { showId } });
  const span = readSpan(search);
  if (!span || show.problem?.status === 404 || show.problem?.code === 'invalid_request')
    return <NotFound what="clip" />;
  return (
    <div className="page page--narrow">
      {show.problem && !show.data && <LoadError problem={show.problem} retry={show.reload} />}
      {!show.data && !show.problem && <SkeletonLines lines={6} label="Loading the clip" />}
      {show.data && <Clip show={show.data} span={span} />}
    </div>
  );
}

function Clip({ show, span }: { show: ShowDetail; span: ClipSpan }) {
  const folder = useShowFolder(show);
  const over = show.state === 'ended';
  return (
    <article className="stack">
      <title>{`Clip of ${show.title} · Showfloor`}</title>
      <ClipVideo folder={folder} from={span.from} to={span.to} />
      <div>
        <h1>{show.title}</h1>
        <p className="muted">{show.shopName}</p>
      </div>
      <div className="row">
        <ButtonLink
          to={over ? `/shows/${show.showId}?t=${Math.floor(span.from)}` : `/shows/${show.showId}`}
          look="volt"
          icon={<Play aria-hidden="true" />}
        >
          {over ? 'Watch from here' : 'Go to the show'}
        </ButtonLink>
        <ClipLinks showId={show.showId} title={show.title} {...span} />
      </div>
    </article>
  );
}
