import type { ReactElement } from 'react';

export type GlyphKind = 'ok' | 'warn' | 'bad' | 'unknown' | 'idle' | 'waiting' | 'busy';

interface Shape {
  readonly drawing: ReactElement;
  readonly className: string;
}

/** States differ in shape, not only in colour; a word always stands beside. */
const shapes: Readonly<Record<GlyphKind, Shape>> = {
  ok: {
    className: 'glyph-ok',
    drawing: (
      <>
        <circle cx="8" cy="8" r="7.5" className="fill" />
        <path d="M4.5 8.2l2.4 2.4 4.6-5" className="mark" />
      </>
    ),
  },
  warn: {
    className: 'glyph-warn',
    drawing: (
      <>
        <path d="M8 1.2l7 13H1z" className="fill outlined" />
        <path d="M8 5.8v4M8 11.6v1.2" className="mark dark" />
      </>
    ),
  },
  bad: {
    className: 'glyph-bad',
    drawing: (
      <>
        <rect x="1" y="1" width="14" height="14" rx="1.5" className="fill" />
        <path d="M5 5l6 6M11 5l-6 6" className="mark" />
      </>
    ),
  },
  unknown: {
    className: 'glyph-unknown',
    drawing: (
      <>
        <circle cx="8" cy="8" r="6.8" className="ring dashed" />
        <path d="M6 6.4a2 2 0 1 1 2.6 2c-.5.2-.6.5-.6 1M8 11.2v.9" className="stroke" />
      </>
    ),
  },
  idle: {
    className: 'glyph-idle',
    drawing: (
      <>
        <circle cx="8" cy="8" r="6.8" className="ring" />
        <path d="M5 8h6" className="stroke" />
      </>
    ),
  },
  waiting: {
    className: 'glyph-idle',
    drawing: (
      <>
        <circle cx="8" cy="8" r="6.8" className="ring" />
        <path d="M8 4v4l2.6 1.8" className="stroke" />
      </>
    ),
  },
  busy: { className: 'glyph-idle', drawing: <path d="M8 1.2a6.8 6.8 0 1 1-6.4 4.5" className="ring" /> },
};

export function StatusGlyph({
  kind,
  size = 16,
}: {
  readonly kind: GlyphKind;
  readonly size?: number;
}): ReactElement {
  const { drawing, className } = shapes[kind];
  return (
    <svg className={`glyph ${className}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {drawing}
    </svg>
  );
}
