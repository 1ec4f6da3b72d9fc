import type { ComposeProject } from '../compose/index.ts';

/** Keeps the image of before an update from being removed as unused; one engine may have several projects. */
export function previousImage(project: ComposeProject, service: string): string {
  // As a tag: a name of a project may have a dash at its end, which the path of an image may not.
  return `datayoti/previous:${project.name}-${service}`;
}
