import { useTranslation } from 'react-i18next';
import { formatDate, formatTime } from '../../components/format.ts';

/** Local time; with its day where that is not today. */
export function useMoment(): (ms: number) => string {
  const { i18n } = useTranslation();
  return (ms) => {
    const time = formatTime(ms);
    const isToday = new Date(ms).toDateString() === new Date().toDateString();
    return isToday ? time : `${formatDate(ms, i18n.language)} ${time}`;
  };
}
