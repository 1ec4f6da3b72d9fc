/** Labels in millimetres, as rolls for label printers are sold, and an A4 sheet of 24. */
export const labelSizes = ['62x29', '50x30', '57x32', 'a4-24'] as const;
export type LabelSize = (typeof labelSizes)[number];
