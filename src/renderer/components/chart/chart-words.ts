import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration, formatNumber, formatTime } from '../format.ts';
import type { PlotWords } from './paint-plot.ts';
import type { TooltipWords } from './plot-tooltip.ts';
import { momentText } from './time-axis.ts';

const dayMs = 86_400_000;

/** What the charts of a measurement say, in the page's language. */
export function useChartWords({ unit, digits }: { readonly unit: string; readonly digits: number }): {
  readonly plot: PlotWords;
  readonly tooltip: TooltipWords;
} {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  return useMemo(
    () => ({
      plot: {
        language,
        limitMax: (value) => t('chart.limitMax', { value }),
        limitMin: (value) => t('chart.limitMin', { value }),
        gap: (letter, spanMs) => [
          letter === null ? t('chart.noData') : t('chart.noDataOf', { letter }),
          formatDuration(spanMs / 1_000),
        ],
        breach: (letter, { side, fromMs }, limit) => {
          const since = Date.now() - fromMs < dayMs ? formatTime(fromMs) : momentText(fromMs, language);
          const text = t(side === 'above' ? 'chart.above' : 'chart.below', { limit, since });
          return letter === null ? text : t('components.labelled', { label: letter, text });
        },
        labelled: (letter, text) => t('components.labelled', { label: letter, text }),
        endLabel: ({ letter }, value) => `${letter ?? ''} ${formatNumber(value, digits)} ${unit}`,
      },
      tooltip: {
        unit,
        digits,
        noData: t('chart.noReading'),
        range: (low, high) => t('chart.range', { low, high }),
        local: (timeMs) => momentText(timeMs, language),
        utc: (timeMs) => t('chart.utc', { time: utcText(timeMs) }),
      },
    }),
    [t, language, unit, digits],
  );
}

/** `2026-11-18 09:42`: the same in every language. */
export const utcText = (timeMs: number): string =>
  new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
