import type { Kept, RecordKind, Records } from '@tollgate/kit/directory'
import { actorOf, type Manage, type Operator } from './manage.ts'
import { type Page, type PageQuery, pageOf } from './page.ts'
import { alreadyThere, changedMeanwhile, fitting, notFound, ownedByFile } from './refused.ts'
import type { Shape } from './shape.ts'

/** A kind of record, and what is particular about it. */
export interface RecordRules<Kind extends RecordKind> {
  readonly kind: Kind
  /** What people call it. */
  readonly noun: string
  readonly shape: Shape<Records[Kind]>
  /**
   * Whether what is to be kept may be, by this operator: what it names must be there, and nobody gives what is not
   * theirs to give, nor takes it away.
   *
   * @throws TollgateError with the reason.
   */
  check?(manage: Manage, operator: Operator, change: RecordChange<Kind>): Promise<void>
  /** What else must be so once it is kept, or gone: an account in the books, and what it may spend. */
  settle?(manage: Manage, change: RecordChange<Kind>): Promise<void>
}

export interface RecordChange<Kind extends RecordKind> {
  readonly id: string
  /** Undefined: it is new. */
  readonly before: Records[Kind] | undefined
  /** Undefined: it is to be removed. */
  readonly after: Records[Kind] | undefined
}

/** What is to be kept, and in place of which revision; 0: of none. */
interface Revised<Kind extends RecordKind> {
  readonly after: Records[Kind]
  readonly ifRevision: number
}

/** An id, and at which revision the record has to be for something to be done to it. */
export interface Target {
  readonly id: string
  readonly ifRevision?: number | undefined
}

/** What can be done with the records of one kind; each answers with what is kept now. */
export interface RecordOperations<Kind extends RecordKind = RecordKind> extends RecordRules<Kind> {
  list(manage: Manage, page: PageQuery): Promise<Page<Kept<Kind>>>
  get(manage: Manage, id: string): Promise<Kept<Kind>>
  create(manage: Manage, operator: Operator, id: string, fields: unknown): Promise<Kept<Kind>>
  /** Merge a patch. */
  change(manage: Manage, operator: Operator, target: Target, patch: unknown): Promise<Kept<Kind>>
  remove(manage: Manage, operator: Operator, target: Target): Promise<void>
}

export function recordOperations<Kind extends RecordKind>(rules: RecordRules<Kind>): RecordOperations<Kind> {
  const { kind, noun, shape, check = async () => {}, settle = async () => {} } = rules

  async function get({ directory, org }: Manage, id: string): Promise<Kept<Kind>> {
    const kept = await directory.records.get(kind, org, id)
    if (!kept) throw notFound(noun, id)
    return kept
  }

  /** Keep a record that is right. @param beaten what to say when it is at another revision. */
  async function put(
    manage: Manage,
    operator: Operator,
    { id, before, after, ifRevision }: RecordChange<Kind> & Revised<Kind>,
    beaten: (kept: Kept<Kind> | undefined) => Error,
  ): Promise<Kept<Kind>> {
    await check(manage, operator, { id, before, after })
    const { directory, org } = manage
    const record = { kind, org, id, value: after, ifRevision }
    const result = await fitting(() => directory.records.put(record, actorOf(operator)))
    if (result.status === 'read_only') throw ownedByFile(noun, id, manage.config().file)
    if (result.status === 'conflict') throw beaten(result.kept)
    await settle(manage, { id, before, after })
    return result.kept as Kept<Kind>
  }

  return {
    ...rules,
    get,
    list: ({ directory, org }, page) =>
      pageOf(
        page,
        (after, limit) => directory.records.list(kind, org, { limit, ...(after !== undefined && { after }) }),
        ({ id }) => id,
      ),
    create(manage, operator, id, fields) {
      const change = { id, before: undefined, after: shape.read(fields), ifRevision: 0 }
      return put(manage, operator, change, () => alreadyThere(noun, id))
    },
    async change(manage, operator, { id, ifRevision }, patch) {
      const { value: before, revision, owner } = await get(manage, id)
      if (owner === 'config') throw ownedByFile(noun, id, manage.config().file)
      if (ifRevision !== undefined && ifRevision !== revision) throw changedMeanwhile(noun, id, revision)
      // What was merged is right for the revision that it was merged into, and for no other.
      const change = { id, before, after: shape.merge(before, patch), ifRevision: revision }
      return put(manage, operator, change, (kept) => changedMeanwhile(noun, id, kept?.revision))
    },
    async remove(manage, operator, { id, ifRevision }) {
      const { directory, org } = manage
      const { value: before, revision } = await get(manage, id)
      if (ifRevision !== undefined && ifRevision !== revision) throw changedMeanwhile(noun, id, revision)
      await check(manage, operator, { id, before, after: undefined })
      // What was checked may be taken away, and nothing that has come in its place.
      const record = { kind, org, id, ifRevision: revision }
      const { status } = await directory.records.remove(record, actorOf(operator))
      if (status === 'unknown') throw notFound(noun, id)
      if (status === 'read_only') throw ownedByFile(noun, id, manage.config().file)
      if (status === 'conflict') throw changedMeanwhile(noun, id, (await get(manage, id)).revision)
      await settle(manage, { id, before, after: undefined })
    },
  }
}
