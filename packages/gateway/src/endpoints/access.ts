import type { AccessDesk } from '@tollgate/kit/access'
import { partyOf } from '@tollgate/kit/access'
import { defineStage, type Stage, TollgateError } from '@tollgate/kit/core'
import { accountPath, type Principal } from '@tollgate/kit/directory'
import { principal } from '@tollgate/kit/stages/identify'
import { z } from 'zod'
import { durationMs } from '../config/duration.ts'
import { keyId } from '../manage/leaves.ts'
import { decoded, present } from '../manage/shape.ts'
import { accessRequestJson, grantJson, wantedFields } from '../manage/shapes/wanted.ts'
import { fromBooks } from './from-books.ts'
import { readJson, sendJson } from './json.ts'

const MAX_BODY_BYTES = 65_536

const asking = z.strictObject({
  ...wantedFields,
  id: keyId.optional(),
  account: z.string().optional(),
  reason: z.string().min(1).max(1000),
  lasts: z.string().refine((text) => durationMs(text) !== undefined, 'must be a duration such as 12h or 7d'),
})

/**
 * `POST /tollgate/access`: a caller asks for more, for its key or for what is over it. `GET` tells what it has asked for, and
 * what it has been given. Answers `ledger_unavailable` (503) while the directory cannot be read.
 */
export const access = (desk: AccessDesk): Stage =>
  defineStage({
    name: 'access',
    needs: [principal],
    handle: async function access(req, res) {
      const caller = principal.get(req)
      if (req.method !== 'POST') return sendJson(res, await known(desk, caller))
      const body = await readJson(req, MAX_BODY_BYTES)
      const { raise, lasts, account = accountPath(caller).at(-1)!, ...ask } = decoded(asking, body)
      const accounts: readonly string[] = accountPath(caller)
      if (!accounts.includes(account)) throw notYours(account)
      const asked = desk.ask({
        ...present(ask),
        ...(raise && {
          raise: { nanoUsd: raise.usd, ...(raise.budget !== undefined && { budget: raise.budget }) },
        }),
        org: caller.org,
        account,
        by: partyIn(caller),
        lastsMs: durationMs(lasts)!,
      } as Parameters<AccessDesk['ask']>[0])
      const result = await fromBooks(asked)
      if (result.status === 'invalid') throw new TollgateError('invalid_request', { message: result.text })
      if (result.status === 'no_account') throw new TollgateError('not_found', { message: result.text })
      if (result.status === 'conflict') {
        throw new TollgateError('conflict', {
          message: 'There is another request of this id: choose another id.',
        })
      }
      const { id, revision, value } = result.request
      sendJson(res, { ...accessRequestJson(id, revision, value), approval: result.approval }, 201)
    },
  })

/** What concerns a caller: its own requests, and grants to its accounts. */
async function known(desk: AccessDesk, caller: Principal): Promise<object> {
  const accounts = new Set<string>(accountPath(caller))
  const [requests, grants] = await fromBooks(
    Promise.all([desk.requests(caller.org), desk.grants(caller.org)]),
  )
  const mine = [`user:${caller.user}`, `key:${caller.key}`]
  return {
    requests: requests
      .filter(({ value }) => mine.includes(value.by))
      .map(({ id, revision, value }) => accessRequestJson(id, revision, value)),
    grants: grants
      .filter(({ value }) => accounts.has(value.account))
      .map(({ id, revision, value }) => grantJson(id, revision, value)),
  }
}

function partyIn(caller: Principal) {
  const party = partyOf(caller)
  if (party) return party
  throw new TollgateError('permission_denied', {
    message: 'Access is asked for by people and by keys, and this credential is neither.',
  })
}

function notYours(account: string): TollgateError {
  return new TollgateError('permission_denied', {
    param: 'account',
    message: `${account} is none of the accounts that you are charged to. GET /tollgate/me names those.`,
  })
}
