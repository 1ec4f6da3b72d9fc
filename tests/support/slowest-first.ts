import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first, as measured on two cores: begun last, one of them would run alone in the end. */
const longest = [
  'docker-update',
  'docker-stack-cases',
  'docker-project',
  'board-commands',
  'docker-interrupted',
  'docker-use-published',
  'docker-cut-off',
  'docker-take-over',
  'nothing-is-lost',
  'provision-command',
];

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = longest.findIndex((name) => moduleId.includes(`/${name}`));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
