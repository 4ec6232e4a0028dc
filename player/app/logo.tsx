/** The wordmark; its name is given by the link around it. */
export function Logo() {
  return (
    <span className="logo" aria-hidden="true">
      <svg viewBox="0 0 32 32" width="30" height="30">
        <rect width="32" height="32" rx="9" className="logo__plate" />
        <path
          d="M10 8.600c0-1.300 1.400-2.100 2.500-1.400l11.400 7.400c1 .7 1 2.100 0 2.800l-11.400 7.400c-1.100.7-2.500-.1-2.500-1.400z"
          className="logo__play"
        />
        <circle cx="14.600" cy="16" r="2.300" className="logo__plate" />
      </svg>
      <span className="logo__word">Showfloor</span>
    </span>
  );
}
