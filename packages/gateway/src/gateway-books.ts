import { type Clock, machineTimers } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'
import { grantsUnkept, keepGrants } from './access/keep-grants.ts'
import type { Alerts } from './alerts/alerts.ts'
import { tellingCrossings } from './alerts/crossings.ts'
import { grantEndsOnce } from './alerts/grant-ends.ts'
import type { Config } from './config/index.ts'
import { deskOf } from './manage/access.ts'
import { reconcile } from './manage/reconcile.ts'
import type { Opened } from './opened.ts'
import { unsealed } from './secrets/unsealed.ts'
import { type KeptProvisioned, keepProvisioned } from './store/keep-provisioned.ts'
import { openStore } from './store/open-store.ts'
import { withNotes } from './store/provisioned-notes.ts'
import { type Provisioner, provisioner } from './store/provisioner.ts'

/** Open books, in which everybody has their budgets and their grants, and is given those that come later. */
export interface GatewayBooks
  extends Pick<KeptProvisioned, 'store' | 'checks'>,
    Pick<Provisioner, 'provision'> {
  /** With the keys of providers that are sealed beside the books. */
  readonly config: Config
}

export interface GatewayBooksOptions {
  /** The config as it is now. */
  readonly running: () => Config
  readonly alerts: Alerts
  readonly output: (line: string) => void
  readonly clock: Clock
}

/** Open a config's books; `everything` closes them. */
export async function gatewayBooks(
  stated: Config,
  everything: Opened,
  { running, alerts, output, clock }: GatewayBooksOptions,
): Promise<GatewayBooks> {
  const watched = (books: Ledger) => tellingCrossings(books, alerts.at, alerts.onCrossed)
  const opened = await openStore(stated, { clock, watched })
  everything.add(() => opened.close())
  const config = await unsealed(stated, opened.masterKey)
  alerts.useReports(opened.reports)
  await reconcile(opened.directory, config)
  const {
    provision,
    ledger: provided,
    close: stopProvisioning,
  } = provisioner({
    ...opened,
    withNotes,
    output,
    onFault: notYetProvisioned,
  })
  everything.add(stopProvisioning)
  await provision(config)
  const { store, checks, close } = await keepProvisioned(running, { ...opened, ledger: provided }, { clock })
  everything.add(close)
  const { directory, ledger } = store
  const tellGrant = grantEndsOnce(config, alerts.onGrant)
  everything.add(
    await keepGrants({
      org: config.org,
      desk: deskOf({ directory, ledger, clock }),
      directory,
      onEnd: (end) => (running().alerts.length > 0 ? tellGrant(end) : undefined),
      onFault: grantsUnkept,
      clock,
      timers: machineTimers,
    }),
  )
  return { config, store, checks, provision }
}

function notYetProvisioned(error: unknown): void {
  process.emitWarning(
    `not all accounts have their budgets by the config in force, and each is given them before its next call: ${String(error)}`,
    { type: 'TollgateWarning', code: 'TOLLGATE_BOOKS' },
  )
}
