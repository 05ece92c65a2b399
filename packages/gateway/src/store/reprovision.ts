import type { Clock } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'
import type { Presence, PresenceLook } from '@tollgate/kit/ledger/redis'
import type { Config } from '../config/index.ts'
import { runnable } from '../say/runnable.ts'
import { oncePerMinute } from './once-per-minute.ts'
import type { Provisioning } from './provision-account.ts'
import { accountsWithStated, provisionStated } from './provision-stated.ts'

export interface Reprovisioning<Books extends Ledger = Ledger> {
  /** The same books, whose accounts are made again where others have taken the place of those that had them. */
  readonly ledger: Books
  /** @throws Error with what an operator can do, while the books lack an account that the config names. */
  check(): Promise<void>
}

export interface ReprovisioningOptions {
  readonly look: PresenceLook
  /** Told that the books lack an account, which nobody is to make: at most once a minute. */
  readonly onMissing: () => void
  readonly clock: Clock
}

/** However many requests find an account missing, the books are looked at this often. */
const LOOK_MS = 1000

/**
 * Give the accounts of the config their budgets again when the books are others than those that were provisioned: opened
 * anew, or taken over as an older copy of themselves. Only those that such books have never heard of. An account that has
 * been charged, and whose limits are lost, stays refused, and so does one that is missing from books which nobody has
 * taken over: it would begin at zero without anybody having decided so.
 */
export async function reprovisioning<Books extends Ledger>(
  config: () => Config,
  { ledger, directory }: { readonly ledger: Books } & Pick<Provisioning, 'directory'>,
  { look, onMissing, clock }: ReprovisioningOptions,
): Promise<Reprovisioning<Books>> {
  const { org, file } = config()
  const accountsNow = () => accountsWithStated(config())
  const { takeover: first } = await look.of(org, [])
  let lookedMs = -Infinity
  let looking: Promise<Presence> | undefined

  /** See what is missing, and make what may be made. */
  async function lookOnce(): Promise<Presence> {
    const accounts = accountsNow()
    const found = await look.of(org, accounts)
    const unknown = accounts.filter((account) => found.missing.get(account) === 'unknown')
    if (unknown.length === 0 || found.takeover === first || found.closedUntilMs > clock.now()) return found
    await provisionStated(config(), { ledger, directory }, unknown)
    return look.of(org, accounts)
  }

  function lookSometimes(): Promise<Presence> {
    // A clock that was set back must not put it off.
    if (!looking || Math.abs(clock.now() - lookedMs) >= LOOK_MS) {
      lookedMs = clock.now()
      looking = lookOnce()
    }
    return looking
  }

  const tell = oncePerMinute((text: string) => {
    process.emitWarning(runnable(text, file), { type: 'TollgateWarning', code: 'TOLLGATE_BOOKS' })
    onMissing()
  })
  const told = (text: string) => {
    tell(text)
    return new Error(text)
  }

  return {
    ledger: {
      ...ledger,
      async reserve(command) {
        const answer = await ledger.reserve(command)
        if (answer.status !== 'no_account' || answer.reason === 'too_many' || command.org !== org)
          return answer
        const { takeover } = await lookSometimes()
        if (answer.reason === 'gone' || takeover === first)
          throw told(missingText(org, new Map([[answer.account, answer.reason]])))
        return ledger.reserve(command)
      },
    },
    async check() {
      const { missing, takeover } = await lookSometimes()
      if (missing.size === 0) return
      const soon = takeover !== first && ![...missing.values()].includes('gone')
      throw new Error(soon ? `the books of ${org} are being recovered` : missingText(org, missing))
    },
  }
}

/** What is missing, and what an operator can do about it; never more than a line of names. */
function missingText(org: string, missing: Presence['missing']): string {
  const [first] = missing.keys()
  const others = missing.size > 1 ? ` and ${missing.size - 1} more` : ''
  const gone = [...missing.values()].includes('gone')
  return gone
    ? `the books of ${org} have lost the limits of ${first}${others}, and what was spent there: restore them, or restart a gateway, which gives its accounts the budgets of its config, and nothing spent`
    : `the books of ${org} have no account ${first}${others}, and nobody has said that they may do without: restore them, or take them as they are with \`tollgate ledger recover --org ${org}\``
}
