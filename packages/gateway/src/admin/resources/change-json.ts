import type { Change, KeySummary, RecordKind, Records } from '@tollgate/kit/directory'
import type { Shape } from '../../manage/shape.ts'
import { budgetsShape } from '../../manage/shapes/budgets.ts'
import { orgShape } from '../../manage/shapes/org.ts'
import { projectShape } from '../../manage/shapes/project.ts'
import { teamShape } from '../../manage/shapes/team.ts'
import { tierShape } from '../../manage/shapes/tier.ts'
import { userShape } from '../../manage/shapes/user.ts'
import { accessRequestFields, grantFields } from '../../manage/shapes/wanted.ts'
import { keyJson } from './key-json.ts'

/** A change as JSON: what was before and after is written as the API writes the object itself, whatever a store keeps. */
export interface ChangeJson {
  readonly sequence: number
  readonly kind: Change['kind']
  readonly id: string
  readonly at: string
  readonly by: string
  readonly reason: string | null
  readonly before: object | null
  readonly after: object | null
}

export function changeJson({ sequence, kind, id, atMs, actor, before, after }: Change): ChangeJson {
  const written = (value: unknown) => (value === undefined ? null : writerOf(kind)(id, value))
  return {
    sequence,
    kind,
    id,
    at: new Date(atMs).toISOString(),
    by: actor.by,
    reason: actor.reason ?? null,
    before: written(before),
    after: written(after),
  }
}

type Writer<Value> = (id: string, value: Value) => object

const byShape =
  <Value>({ write }: Shape<Value>): Writer<Value> =>
  (_, value) =>
    write(value)

const WRITERS: { readonly [Kind in RecordKind]: Writer<Records[Kind]> } & {
  readonly key: Writer<KeySummary>
} = {
  org: byShape(orgShape),
  team: byShape(teamShape),
  project: byShape(projectShape),
  user: byShape(userShape),
  tier: byShape(tierShape),
  access_request: accessRequestFields,
  grant: grantFields,
  budgets: byShape(budgetsShape),
  key: (_, key) => keyJson(key),
}

/** A store gives what it was given: the kind says what it is. */
const writerOf = (kind: Change['kind']) => WRITERS[kind] as Writer<unknown>
