import type { Kept } from '../directory/record-store.ts'
import type { AccessRequest } from '../directory/records.ts'
import type { DeskParts } from './desk-parts.ts'
import { type Party, partyName } from './party.ts'

/** What is decided, by whom, and why. */
export interface Decide {
  readonly org: string
  /** Of the request. */
  readonly id: string
  readonly by: Party
  readonly reason?: string
  /** Only when the request is at this revision. */
  readonly ifRevision?: number
}

/**
 * `decided`: it is not open any more. `moved`: it is at another revision than the one that was asked for. `forbidden`,
 * `invalid`: why, as a sentence.
 */
export type Undecided =
  | { readonly status: 'unknown' }
  | { readonly status: 'decided'; readonly request: Kept<'access_request'> }
  | { readonly status: 'moved'; readonly revision: number }
  | { readonly status: 'forbidden' | 'invalid'; readonly text: string }

/** Two may decide at once; the second looks again. */
const ATTEMPTS = 5

export interface Closing<State> {
  readonly state: State
  /** Who it is kept to have been, where that is not whoever decides. */
  readonly by?: string
  /** Why it may not be done, as a sentence. */
  may(request: Kept<'access_request'>): Promise<string | undefined>
  change(at: { readonly atMs: number }): Partial<AccessRequest>
}

/** Close an open request, once: whoever closes it in the same way again is told how it was. */
export async function closeRequest<State extends Exclude<AccessRequest['state'], 'open'>>(
  { records, clock }: DeskParts,
  { org, id, by, reason, ifRevision }: Decide,
  { state, may, change, by: named = partyName(by) }: Closing<State>,
): Promise<{ readonly status: State | 'repeat'; readonly request: Kept<'access_request'> } | Undecided> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const request = await records.get('access_request', org, id)
    if (!request) return { status: 'unknown' }
    const { value, revision } = request
    if (ifRevision !== undefined && ifRevision !== revision) return { status: 'moved', revision }
    if (value.state === state) return { status: 'repeat', request }
    if (value.state !== 'open') return { status: 'decided', request }
    const text = await may(request)
    if (text !== undefined) return { status: 'forbidden', text }
    const changed: AccessRequest = { ...value, ...change({ atMs: clock.now() }), state }
    const actor = { by: named, ...(reason !== undefined && { reason }) }
    const put = await records.put(
      { kind: 'access_request', org, id, value: changed, ifRevision: revision },
      actor,
    )
    if (put.status === 'changed') return { status: state, request: put.kept }
    if (put.status !== 'conflict') throw new Error(`the request ${id} cannot be changed: ${put.status}`)
  }
  throw new Error(`the request ${id} of ${org} is changed by others all the time: nothing was decided`)
}
