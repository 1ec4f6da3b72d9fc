import type { SurveyDocument } from '../../../shared/contract/survey.ts';

/** `survey-HCS-2026-11-18-r1.zip`: letters, digits and hyphens that every file system takes, sorted by site and day. */
export function reportName({ survey }: Pick<SurveyDocument, 'survey'>): string {
  const site = survey.siteRef ?? (survey.siteName === '' ? survey.title : survey.siteName);
  const plain = site
    .normalize('NFD')
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .replaceAll(' ', '-')
    .slice(0, 40)
    .replace(/-$/, '');
  const day = new Date(survey.finishedMs ?? survey.updatedMs).toISOString().slice(0, 10);
  const draft = survey.state === 'finished' ? '' : '-draft';
  return `survey-${plain === '' ? survey.id.slice(0, 8) : plain}-${day}-r${survey.revision}${draft}.zip`;
}
