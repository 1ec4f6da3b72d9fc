import { Fragment, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DockerService, DockerStackState } from '../../../shared/contract/docker.ts';
import type { StackState } from '../../../shared/contract/stack.ts';
import { useBoard, useIngest, useNow } from '../../app/live.ts';
import { formatBytes, formatNumber } from '../../components/format.ts';
import { Sparkline } from '../../components/sparkline.tsx';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { viewsOf } from '../devices/device-view.ts';
import { growthPerSecond, type Sample } from './live-series.ts';
import { phaseGlyph, serviceGlyph } from './stack-words.ts';
import { useIngestSeries, useProcessSeries, type ServiceSeries } from './use-service-series.ts';

interface Fact {
  readonly name: string;
  readonly value: string;
  readonly series?: readonly Sample[];
}

interface Node {
  readonly name: string;
  readonly title: string;
  readonly glyph: GlyphKind;
  readonly subtitle: string;
  readonly facts: readonly Fact[];
  /** Over the way to this node. */
  readonly before: string;
}

/** A reading's way from the sensor to where it is kept, with the figures of now. */
export function FlowRow(props: {
  readonly stack: StackState;
  readonly docker: DockerStackState | undefined;
  readonly series: ReadonlyMap<string, ServiceSeries>;
}): ReactElement {
  const { t } = useTranslation();
  const nodes = useNodes(props);
  return (
    <section className="flow" aria-label={t('stackPage.flow.label')}>
      {nodes.map((node, index) => (
        <Fragment key={node.name}>
          {index === 0 ? null : (
            <span className={node.before === '' ? 'flow-way idle' : 'flow-way'}>
              <span>{node.before}</span>
            </span>
          )}
          <FlowNode node={node} />
        </Fragment>
      ))}
    </section>
  );
}

function useNodes({
  stack,
  docker,
  series,
}: {
  readonly stack: StackState;
  readonly docker: DockerStackState | undefined;
  readonly series: ReadonlyMap<string, ServiceSeries>;
}): readonly Node[] {
  const { t } = useTranslation();
  const ingest = useIngest();
  const { rate, committed } = useIngestSeries(ingest);
  const processes = useProcessSeries(stack.use);
  const running = stack.phase === 'running';
  const messages = running ? `${formatNumber(ingest?.ratePerSecond ?? 0, 1)} msg/s` : '';
  const rows = running
    ? t('stackPage.flow.rowsPerSecond', { rate: formatNumber(growthPerSecond(committed) ?? 0, 1) })
    : '';
  const inDocker = stack.kind === 'docker';
  const used = stack.kind === 'published';
  const serviceOf = (name: string): DockerService | undefined =>
    inDocker ? docker?.services.find((service) => service.name === name) : undefined;
  const fact = (name: string, value: string, points?: readonly Sample[]): Fact => ({
    name: t(`stackPage.flow.${name}`),
    value,
    ...(points === undefined ? {} : { series: points }),
  });
  const load = (name: string): readonly Fact[] => {
    const service = serviceOf(name);
    return service === undefined ? [] : loadFacts(service, series.get(name));
  };
  const loadFacts = (
    use: { readonly cpuPercent: number | null; readonly memoryBytes: number | null } | null,
    past: ServiceSeries | undefined,
    names: readonly [string, string] = ['cpu', 'memory'],
  ): readonly Fact[] => [
    fact(names[0], inPercent(use?.cpuPercent ?? null), past?.cpu ?? []),
    fact(names[1], inBytes(use?.memoryBytes ?? null), past?.memory ?? []),
  ];
  const glyphOf = (name: string, phase: StackState['phase']): GlyphKind => {
    const service = serviceOf(name);
    return service === undefined ? phaseGlyph[phase] : serviceGlyph[service.state];
  };
  const mqtt = stack.broker.listeners.find(({ name }) => name === 'mqtt');
  const latency = ingest?.latencyP50Ms ?? null;
  return [
    { ...useSensors(), before: '' },
    {
      name: 'broker',
      title: t('strip.broker'),
      glyph: glyphOf('mosquitto', stack.broker.phase),
      subtitle: t(inDocker || used ? 'stackPage.flow.mosquitto' : 'stackPage.flow.builtInBroker'),
      before: messages,
      facts: [
        fact('port', mqtt === undefined ? '–' : String(mqtt.port)),
        ...(inDocker
          ? load('mosquitto')
          : [
              fact('clients', formatNumber(stack.broker.clients)),
              ...(used ? [] : [fact('refused', formatNumber(stack.broker.refusedLogins))]),
              ...(used
                ? []
                : loadFacts(stack.use.application, processes.application, ['appCpu', 'appMemory'])),
            ]),
      ],
    },
    {
      name: 'ingest',
      title: t('strip.ingest'),
      glyph: ingest?.stalled === true ? 'warn' : glyphOf('ingestor', running ? 'running' : stack.phase),
      subtitle: t(
        inDocker ? 'stackPage.flow.alwaysOn' : used ? 'stackPage.flow.looksOn' : 'stackPage.flow.checks',
      ),
      before: messages,
      facts: inDocker
        ? [fact('rate', messages === '' ? '–' : messages, rate), ...load('ingestor')]
        : [
            fact('waiting', formatNumber(ingest?.backlog ?? 0)),
            fact('rate', messages === '' ? '–' : messages, rate),
            fact('commit', latency === null ? '–' : `${formatNumber(latency)} ms`),
          ],
    },
    {
      name: 'database',
      title: t('strip.database'),
      glyph: glyphOf('postgres', stack.database.phase),
      subtitle:
        stack.database.version === null
          ? t(inDocker || used ? 'stackPage.flow.timescale' : 'stackPage.flow.builtInDatabase')
          : `${stack.database.kind === 'postgresql' ? 'PostgreSQL' : 'TimescaleDB'} ${stack.database.version}`,
      before: rows,
      facts: [
        fact('port', stack.database.port === null ? '–' : String(stack.database.port)),
        ...(inDocker
          ? load('postgres')
          : [
              fact('stored', formatNumber(ingest?.stored ?? 0)),
              ...(used ? [] : loadFacts(stack.use.database, processes.database)),
            ]),
        fact('data', inBytes(stack.database.sizeBytes)),
        ...(inDocker || used ? [] : [fact('folder', inBytes(stack.use.folderBytes))]),
      ],
    },
    ...(inDocker
      ? [
          {
            name: 'grafana',
            title: 'Grafana',
            glyph: glyphOf('grafana', stack.phase),
            subtitle: t('stackPage.flow.dashboards'),
            before: running ? t('stackPage.flow.reads') : '',
            facts: [fact('port', String(serviceOf('grafana')?.ports[0]?.port ?? '–')), ...load('grafana')],
          },
        ]
      : []),
  ];
}

const inPercent = (value: number | null): string => (value === null ? '–' : `${formatNumber(value, 1)} %`);
const inBytes = (value: number | null): string => (value === null ? '–' : formatBytes(value));

function useSensors(): Omit<Node, 'before'> {
  const { t } = useTranslation();
  const now = useNow(5_000);
  const board = useBoard();
  const views = viewsOf(board, null, now);
  const online = views.filter((view) => view.presence === 'online').length;
  const unknown = board?.candidates.filter((candidate) => !candidate.ignored).length ?? 0;
  return {
    name: 'sensors',
    title: t('stackPage.flow.sensors'),
    glyph:
      views.length === 0
        ? 'idle'
        : online === views.length
          ? 'ok'
          : views.some((view) => view.presence === 'offline')
            ? 'bad'
            : 'warn',
    subtitle:
      views.length === 0
        ? t('stackPage.flow.noSensors')
        : t('stackPage.flow.sending', { online, count: views.length }),
    facts: [
      { name: t('stackPage.flow.sites'), value: formatNumber(board?.sites.length ?? 0) },
      { name: t('stackPage.flow.notAdopted'), value: formatNumber(unknown) },
    ],
  };
}

function FlowNode({ node }: { readonly node: Node }): ReactElement {
  return (
    <div className="flow-node">
      <h3>
        <StatusGlyph kind={node.glyph} /> {node.title}
      </h3>
      <p className="secondary">{node.subtitle}</p>
      <dl>
        {node.facts.map(({ name, value, series }) => (
          <div key={name}>
            <dt>{name}</dt>
            {series === undefined || series.length < 2 ? null : <MiniChart series={series} />}
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The last two minutes; the figure beside it says what it is now. */
export function MiniChart({ series }: { readonly series: readonly Sample[] }): ReactNode {
  const values = series.map(({ value }) => value);
  return <Sparkline values={values} min={null} max={null} width={46} height={16} />;
}
