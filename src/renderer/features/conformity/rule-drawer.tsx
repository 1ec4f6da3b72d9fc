import { Drawer, Select, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConformityRule, MetricType } from '../../../shared/contract/conformity.ts';
import { canNeverBeKept, isRatio, neededBounds, ruleFault } from '../../../shared/domain/conformity-rules.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { unitOf } from './rule-words.ts';

const kinds = Object.keys(neededBounds) as readonly MetricType[];
const levels = ['LOW', 'MEDIUM', 'HIGH'] as const;

/** A new rule, or one that is there. The drawer stays mounted while it is closed, so that the focus finds its way back. */
export function RuleDrawer(props: {
  readonly siteRef: string;
  readonly rule: ConformityRule | undefined;
  readonly opened: boolean;
  onSaved: () => void;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { siteRef, rule, opened, onSaved, onClose } = props;
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      title={t(rule === undefined ? 'conformity.form.new' : 'conformity.form.edit')}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <RuleForm key={rule?.id ?? 'new'} siteRef={siteRef} rule={rule} onSaved={onSaved} onClose={onClose} />
    </Drawer>
  );
}

function RuleForm(props: {
  readonly siteRef: string;
  readonly rule: ConformityRule | undefined;
  onSaved: () => void;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { siteRef, rule, onSaved, onClose } = props;
  const [metricType, setMetricType] = useState<MetricType>(rule?.metricType ?? 'temperature_range');
  const [min, setMin] = useState(() => typed(metricType, rule?.minAllowed ?? null));
  const [max, setMax] = useState(() => typed(metricType, rule?.maxAllowed ?? null));
  const [criticality, setCriticality] = useState<ConformityRule['criticality']>(
    rule?.criticality ?? 'MEDIUM',
  );
  const [description, setDescription] = useState(rule?.description ?? '');
  const { failure, run } = useFailure();
  const needed = neededBounds[metricType];
  // A bound that this kind does not compare is not shown; one that came with a file stays with its rule.
  const unseen = (bound: number | null): number | null => (rule?.metricType === metricType ? bound : null);
  const bounds = {
    metricType,
    minAllowed: needed.includes('min') ? stored(metricType, min) : unseen(rule?.minAllowed ?? null),
    maxAllowed: needed.includes('max') ? stored(metricType, max) : unseen(rule?.maxAllowed ?? null),
  };
  const fault = ruleFault(bounds);
  const never = canNeverBeKept(bounds);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (fault !== null || never) return;
    run(async () => {
      await client.conformity.saveRule({
        id: rule?.id ?? null,
        siteRef,
        ...bounds,
        criticality,
        description: description.trim(),
      });
      onSaved();
      onClose();
    });
  };
  const errorOf = (bound: 'min' | 'max', text: string): string | null => {
    if (text.trim() === '') return null;
    if (numberFrom(text) === null) return t('conformity.form.notNumber');
    if (never) return t(isRatio(metricType) ? 'conformity.form.above100' : 'conformity.form.negative');
    if (fault === 'out-of-range') return t('conformity.form.outOfRange');
    return fault === 'crossed' && bound === 'max' ? t('conformity.form.crossed') : null;
  };
  return (
    <form className="form" onSubmit={save}>
      <Select
        label={t('conformity.form.kind')}
        description={t(`conformity.hint.${metricType}`)}
        data={kinds.map((kind) => ({ value: kind, label: t(`conformity.kind.${kind}`) }))}
        value={metricType}
        allowDeselect={false}
        data-autofocus
        onChange={(value) => {
          const kind = kinds.find((one) => one === value);
          if (kind !== undefined) setMetricType(kind);
        }}
      />
      {needed.map((bound) => {
        const [text, setText] = bound === 'min' ? ([min, setMin] as const) : ([max, setMax] as const);
        return (
          <TextInput
            key={bound}
            label={t(`conformity.form.${bound}`, { unit: unitOf(metricType) })}
            value={text}
            inputMode="decimal"
            autoComplete="off"
            maxLength={20}
            error={errorOf(bound, text)}
            onChange={(event) => setText(event.target.value)}
          />
        );
      })}
      <Select
        label={t('conformity.columns.criticality')}
        description={t('conformity.form.criticalityHint')}
        data={levels.map((level) => ({ value: level, label: t(`conformity.criticality.${level}`) }))}
        value={criticality}
        allowDeselect={false}
        onChange={(value) => setCriticality(levels.find((level) => level === value) ?? 'MEDIUM')}
      />
      <Textarea
        label={t('conformity.form.description')}
        value={description}
        maxLength={2000}
        autosize
        minRows={2}
        maxRows={8}
        onChange={(event) => setDescription(event.target.value)}
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <SaveOrCancel canSave={fault === null && !never} onCancel={onClose} />
    </form>
  );
}

/**
 * What is typed or pasted, with a comma or a point, and with the long minus of this application's own numbers. A field
 * that only takes digits would make 25 of a pasted 2,5.
 */
function numberFrom(text: string): number | null {
  const plain = text.trim().replace('\u2212', '-').replace(',', '.');
  return /^-?\d{1,9}(\.\d{0,9})?$/.test(plain) ? Number(plain) : null;
}

/** A person types 95 for a ratio of 0.95; what comes of it is rid of the noise of the division. */
function stored(metric: MetricType, text: string): number | null {
  const number = numberFrom(text);
  return number !== null && isRatio(metric) ? Number((number / 100).toPrecision(12)) : number;
}

function typed(metric: MetricType, bound: number | null): string {
  if (bound === null) return '';
  return String(isRatio(metric) ? Number((bound * 100).toPrecision(12)) : bound);
}
