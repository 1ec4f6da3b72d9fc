import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** A laptop that is broker and database. */
export function LaptopPicture(): ReactElement {
  const { t } = useTranslation();
  return (
    <svg className="picture" viewBox="0 0 290 150" aria-hidden="true">
      <g className="drawing">
        <rect x="32" y="10" width="226" height="104" rx="4" />
        <path d="M6 116H284L272 134H18Z" />
        <rect x="60" y="44" width="66" height="40" rx="2" />
        <path d="M56 32h30" strokeDasharray="6 4" />
        <path d="M126 64h44" strokeDasharray="4 3" />
        <path d="M170 59l9 5-9 5z" className="solid" />
        <ellipse cx="208" cy="46" rx="26" ry="8" />
        <path d="M182 46v38c0 4.5 11.6 8 26 8s26-3.500 26-8V46M182 65c0 4.500 11.600 8 26 8s26-3.500 26-8" />
      </g>
      <text x="93" y="69" textAnchor="middle">
        {t('strip.broker')}
      </text>
      <text x="208" y="107" textAnchor="middle">
        {t('strip.database')}
      </text>
    </svg>
  );
}

/** A board on a cable, with its sensor. */
export function SensorPicture(): ReactElement {
  return (
    <svg className="picture" viewBox="0 0 290 150" aria-hidden="true">
      <g className="drawing">
        <path d="M2 75H40" />
        <rect x="40" y="64" width="30" height="22" rx="2" />
        <rect x="66" y="36" width="146" height="78" rx="5" />
        <rect x="84" y="64" width="24" height="24" rx="2" />
        <rect x="138" y="48" width="62" height="54" />
        <rect x="146" y="58" width="22" height="34" />
        <path d="M176 92V58h8v34h8V58" />
        <path d="M212 62h28M212 75h28M212 88h28" strokeDasharray="4 3" />
        <rect x="240" y="44" width="40" height="62" rx="3" />
        <path d="M248 56h24M248 66h24M248 76h24M248 86h24M248 96h24" />
      </g>
      <circle cx="122" cy="98" r="4" className="solid" />
    </svg>
  );
}

/** A reading that swings between its limits. */
export function CurvePicture(): ReactElement {
  return (
    <svg className="picture" viewBox="0 0 310 150" aria-hidden="true">
      <rect x="0" y="28" width="300" height="68" className="band" />
      <path d="M0 28H300M0 96H300" className="edge" strokeDasharray="6 5" />
      <path
        d="M0 54C14 26 26 26 38 48s24 30 38 22 20-34 36-28 22 36 38 34 20-40 36-38 20 34 36 32 18-34 34-32 24 30 40 12"
        className="curve"
      />
      <path d="M0 128H300" className="axis" />
      {Array.from({ length: 31 }, (_, tick) => (
        <path key={tick} d={`M${tick * 10} 128v${tick % 5 === 0 ? 10 : 5}`} className="axis" />
      ))}
      <text x="4" y="20">
        8 °C
      </text>
      <text x="4" y="114">
        2 °C
      </text>
    </svg>
  );
}
