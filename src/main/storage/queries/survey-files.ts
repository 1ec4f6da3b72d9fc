import type { ChecklistTemplate, SurveyFile } from '../../../shared/contract/survey.ts';
import type { Queryable } from '../database.ts';

const columns = `id, kind, type, bytes, sha256, width as "widthPx", height as "heightPx", metadata`;
type Row = { [K in keyof SurveyFile]: SurveyFile[K] };

/** Does nothing where the file is there. */
export async function insertFile(
  connection: Queryable,
  rootId: string,
  file: SurveyFile,
  content: Uint8Array,
  nowMs: number,
): Promise<void> {
  await connection.query(
    `insert into field.survey_files (id, root_id, kind, type, bytes, sha256, width, height, metadata, added_at, content)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10::float8 / 1000), $11) on conflict (id) do nothing`,
    [
      file.id,
      rootId,
      file.kind,
      file.type,
      file.bytes,
      file.sha256,
      file.widthPx,
      file.heightPx,
      JSON.stringify(file.metadata),
      nowMs,
      Buffer.from(content.buffer, content.byteOffset, content.byteLength),
    ],
  );
}

/** Of all revisions of a survey, the oldest first. */
export async function listFiles(connection: Queryable, rootId: string): Promise<readonly SurveyFile[]> {
  const { rows } = await connection.query<Row>(
    `select ${columns} from field.survey_files where root_id = $1 order by added_at, id`,
    [rootId],
  );
  return rows;
}

export async function readFilePiece(
  connection: Queryable,
  fileId: string,
  offset: number,
  length: number,
): Promise<{ readonly file: SurveyFile; readonly piece: Buffer } | undefined> {
  const { rows } = await connection.query<Row & { piece: Buffer }>(
    `select ${columns}, substring(content from $2::int + 1 for $3) as piece from field.survey_files where id = $1`,
    [fileId, offset, length],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { piece, ...file } = row;
  return { file, piece };
}

export async function loadTemplates(connection: Queryable): Promise<readonly ChecklistTemplate[]> {
  const { rows } = await connection.query<{ template: ChecklistTemplate }>(
    `select template from field.survey_templates order by template ->> 'name', id`,
  );
  return rows.map(({ template }) => template);
}

export async function saveTemplate(connection: Queryable, template: ChecklistTemplate): Promise<void> {
  await connection.query(
    `insert into field.survey_templates (id, template) values ($1, $2)
     on conflict (id) do update set template = excluded.template, updated_at = now()`,
    [template.id, JSON.stringify(template)],
  );
}

/** @returns `false` where there is none */
export async function removeTemplate(connection: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await connection.query('delete from field.survey_templates where id = $1', [id]);
  return rowCount > 0;
}
