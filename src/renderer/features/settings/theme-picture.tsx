import type { ReactElement } from 'react';

interface Colours {
  readonly frame: string;
  readonly page: string;
  readonly ink: string;
  readonly band: string;
  readonly strip: string;
  readonly rule: number;
}

/** The tokens of each theme as they are in tokens.css: here all of them show at once, whichever is chosen. */
const colours: Readonly<Record<'light' | 'dark' | 'sunlight', Colours>> = {
  light: { frame: '#e9efed', page: '#ffffff', ink: '#10201d', band: '#ddf0e9', strip: '#10201d', rule: 1 },
  dark: { frame: '#0b1312', page: '#131d1b', ink: '#e9f1ee', band: '#15332b', strip: '#060c0b', rule: 1 },
  sunlight: { frame: '#ffffff', page: '#ffffff', ink: '#000000', band: '#c4ebdd', strip: '#000000', rule: 2 },
};

/** The overview in small; "as the system" is half light, half dark. */
export function ThemePicture({
  theme,
}: {
  readonly theme: 'system' | 'light' | 'dark' | 'sunlight';
}): ReactElement {
  return (
    <svg
      className="theme-picture"
      viewBox="0 0 120 60"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      {theme === 'system' ? (
        <>
          <Scene colours={colours.light} />
          <svg x="60" width="60" height="60" viewBox="60 0 60 60">
            <Scene colours={colours.dark} />
          </svg>
        </>
      ) : (
        <Scene colours={colours[theme]} />
      )}
    </svg>
  );
}

function Scene({
  colours: { frame, page, ink, band, strip, rule },
}: {
  readonly colours: Colours;
}): ReactElement {
  return (
    <>
      <rect width="120" height="60" fill={frame} />
      <rect x="22" y="8" width="98" height="46" fill={page} stroke={ink} strokeWidth={rule / 2} />
      <rect x="2" y="12" width="16" height="5" fill={ink} />
      <path d="M3 23h12M3 30h12M3 37h12" stroke={ink} strokeWidth={rule} />
      <rect x="30" y="14" width="34" height="4" fill={ink} />
      <rect x="48" y="26" width="30" height="9" fill={band} />
      <path d="M32 35h62M48 25v12M78 25v12" stroke={ink} strokeWidth={rule} />
      <path d="M56 27h6l-3 7z" fill={ink} />
      <path d="M32 45l10-3 10 3 12-4 12 3 18-3" stroke={ink} strokeWidth={rule} fill="none" />
      <rect y="54" width="120" height="6" fill={strip} />
    </>
  );
}
