import type { Kept, RecordKind, Role } from '@tollgate/kit/directory'
import { z } from 'zod'
import { id } from '../../manage/leaves.ts'
import type { PageQuery } from '../../manage/page.ts'
import type { RecordOperations } from '../../manage/records.ts'
import type { AdminAnswer, ObjectRoute } from '../route.ts'
import { pageOfSchema, pageQuery } from './page-schema.ts'

export interface RecordRoutesOptions<Kind extends RecordKind> {
  readonly operations: RecordOperations<Kind>
  /** In its address: `teams`. */
  readonly plural: string
  /** Who may do what besides reading; what nobody may is no route. */
  readonly roles: { readonly create?: Role; readonly change: Role; readonly remove?: Role }
  readonly ownership?: ObjectRoute['ownership']
  readonly touched?: ObjectRoute['touched']
}

/** What the store says of a record beside its fields. */
const KEPT = {
  owner: z
    .enum(['config', 'directory'])
    .describe('`config`: a file states it, and only that file changes it.'),
  revision: z.int(),
  changed_at: z.iso.datetime(),
}

/** The routes of a kind of record: a list, one of them, and what may be done to it. */
export function recordRoutes<Kind extends RecordKind>({
  operations,
  plural,
  roles,
  ownership = 'org',
  touched,
}: RecordRoutesOptions<Kind>): readonly ObjectRoute[] {
  const { noun, shape } = operations
  const list = `/admin/v1/${plural}`
  const one = `${list}/{id}`
  const name = noun.charAt(0).toUpperCase() + noun.slice(1)
  const answer = shape.wire.extend({ id, ...KEPT }).meta({ id: name })
  const about = { tag: plural, answer, revised: true } as const
  const owned = { ownership, ...(touched && { touched }) }
  const reading = { role: 'viewer', ownership: 'org' } as const

  const told = (kept: Kept<Kind>): AdminAnswer => ({
    body: keptJson(operations, kept),
    revision: kept.revision,
  })

  const routes: (ObjectRoute | false)[] = [
    {
      ...about,
      ...reading,
      method: 'GET',
      path: list,
      summary: `List the ${plural}.`,
      query: pageQuery,
      answer: pageOfSchema(answer),
      revised: false,
      async handle(manage, { query }) {
        const { data, next_cursor } = await operations.list(manage, query as PageQuery)
        return { body: { data: data.map((kept) => keptJson(operations, kept)), next_cursor } }
      },
    },
    roles.create !== undefined && {
      ...about,
      ...owned,
      method: 'POST',
      path: list,
      role: roles.create,
      summary: `Make a ${noun}.`,
      body: shape.wire.extend({ id }),
      async handle(manage, { operator, body: { id, ...fields } }) {
        return { status: 201, ...told(await operations.create(manage, operator, id as string, fields)) }
      },
    },
    {
      ...about,
      ...reading,
      method: 'GET',
      path: one,
      summary: `Read a ${noun}.`,
      handle: async (manage, { params }) => told(await operations.get(manage, params.id!)),
    },
    {
      ...about,
      ...owned,
      method: 'PATCH',
      path: one,
      role: roles.change,
      summary: `Change a ${noun}: what is named, and null takes away.`,
      body: shape.patch,
      async handle(manage, { operator, params, ifRevision, body }) {
        return told(await operations.change(manage, operator, { id: params.id!, ifRevision }, body))
      },
    },
    roles.remove !== undefined && {
      ...about,
      ...owned,
      method: 'DELETE',
      path: one,
      role: roles.remove,
      summary: `Remove a ${noun}. What it has spent stays in the books.`,
      answer: undefined,
      async handle(manage, { operator, params, ifRevision }) {
        await operations.remove(manage, operator, { id: params.id!, ifRevision })
        return {}
      },
    },
  ]
  return routes.filter((route) => route !== false)
}

/** A record as it is answered. */
export function keptJson<Kind extends RecordKind>(
  { shape }: Pick<RecordOperations<Kind>, 'shape'>,
  { id, value, owner, revision, changedAtMs }: Kept<Kind>,
): object {
  return { id, ...shape.write(value), owner, revision, changed_at: new Date(changedAtMs).toISOString() }
}
