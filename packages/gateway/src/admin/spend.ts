import { defineStage, type Stage, TollgateError } from '@tollgate/kit/core'
import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import { accountJson } from '../endpoints/account-json.ts'
import { queryOf, sendJson } from '../endpoints/json.ts'

const ACCOUNT = /^(?:org|team|project|user|key):.+$/s

/** `?account=key:demo`: where an account stands. */
export const spend = ({ ledger }: { readonly ledger: Ledger }): Stage =>
  defineStage({
    name: 'spend',
    handle: async function spend(req, res) {
      const account = queryOf(req).get('account')
      if (account === null || !ACCOUNT.test(account)) {
        throw new TollgateError('invalid_request', {
          param: 'account',
          message:
            'Name an account, as in ?account=team:marketing: an org, a team, a project, a user or a key.',
        })
      }
      const [state] = await ledger.read([account as AccountId])
      sendJson(res, accountJson(state!))
    },
  })
