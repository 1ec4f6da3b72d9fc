export { Surveys } from './surveys.ts';
export { loadSigningKey } from './bundle/signing-key.ts';
export { writeReport } from './bundle/write-bundle.ts';
export {
  collectMapping,
  deviceCharts,
  recordedPeriod,
  wholeFile,
  type ReportSources,
} from './report/collect-report.ts';
export { loadReportFonts } from './report/report-fonts.ts';
