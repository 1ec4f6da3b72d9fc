import { useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { hexRow, hexRowCount } from './hex-rows.ts';
import { useWindow } from './use-window.ts';

const lineHeight = 22;

/** Every byte as it came. */
export function HexView({ bytes }: { readonly bytes: Uint8Array }): ReactElement {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const count = hexRowCount(bytes);
  const { first, last } = useWindow(scroller, count, lineHeight);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset);
  return (
    // oxlint-disable jsx-a11y/no-noninteractive-tabindex -- the keyboard scrolls it
    <div
      className="payload-view hex-view"
      ref={scroller}
      role="region"
      aria-label={t('traffic.inspector.forms.hex')}
      tabIndex={0}
    >
      <div className="traffic-space" style={{ height: count * lineHeight }}>
        {rows.map((row) => {
          const { offset, hex, text } = hexRow(bytes, row);
          return (
            <div key={row} className="hex-row" style={{ transform: `translateY(${row * lineHeight}px)` }}>
              <span className="hex-offset">{offset}</span>
              <span className="hex-bytes">{hex}</span>
              <span aria-hidden="true">{text}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
