import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** An ESP32 board seen from above: USB at the left, antenna at the right; its LED may be on. */
export function BoardPicture({ lit, dim }: { readonly lit: boolean; readonly dim: boolean }): ReactElement {
  return (
    <svg
      className={dim ? 'board-picture dim' : 'board-picture'}
      width="62"
      height="30"
      viewBox="0 0 62 30"
      aria-hidden="true"
    >
      <rect x="9.500" y="1.500" width="51" height="27" rx="3" />
      <rect x="0.700" y="9.500" width="10" height="11" rx="1" />
      <rect x="18.500" y="11.500" width="8" height="8" rx="1" />
      <circle cx="30.500" cy="24" r="1.700" className={lit ? 'led lit' : 'led'} />
      <rect x="34.500" y="5.500" width="23" height="19" />
      <rect x="36.500" y="9.500" width="8" height="11" />
      <path d="M47.500 21V9H51V21H54.500V9" />
    </svg>
  );
}

/** The three wires of a DHT sensor; the data wire is the usual cause. */
export function WiringPicture({ pin }: { readonly pin: number }): ReactElement {
  const { t } = useTranslation();
  const wires = [
    { y: 14, label: t('provision.wiring.vcc'), data: false },
    { y: 45, label: t('provision.wiring.data', { pin }), data: true },
    { y: 76, label: t('provision.wiring.ground'), data: false },
  ];
  return (
    <svg className="wiring" width="240" height="90" viewBox="0 0 240 90" aria-hidden="true">
      <rect x="1" y="4" width="42" height="82" rx="2" className="sensor" />
      {[18, 30, 42, 54, 66].map((y) => (
        <path key={y} d={`M8 ${y}H34`} className="slot" />
      ))}
      {wires.map(({ y, label, data }) => (
        <g key={y} className={data ? 'wire at-fault' : 'wire'}>
          <path d={`M43 ${y === 45 ? 34 : y}H82V${y}H108`} />
          <rect x="108" y={y - 12} width="131" height="24" rx="3" />
          <text x="116" y={y + 4.5}>
            {label}
          </text>
        </g>
      ))}
    </svg>
  );
}
