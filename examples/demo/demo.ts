/**
 * `npm run demo`: two ways to burn money in a night, without Tollgate and through it, on the simulated provider. Every
 * number is the provider's own count.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SimulatedProvider, simulatedProvider } from '@tollgate/testing'
import { type Gateway, loadConfig, startGateway } from 'tollgate'
import { type Outcome, runawayCronJob, walletAttack } from './scenarios.ts'

/** Where a scenario sends its calls, and how it looks at what they cost. */
export interface Target {
  readonly name: string
  readonly url: string
  readonly key: string
}

const KEY = 'the-virtual-key-of-a-nightly-job-0001'

/** A gateway with the $50 daily cap that ships as the default policy, in front of the given provider. */
async function gatewayTo(provider: SimulatedProvider, folder: string): Promise<Gateway> {
  const file = join(folder, 'tollgate.yaml')
  writeFileSync(
    file,
    JSON.stringify({
      listen: { host: '127.0.0.1', port: 0 },
      admin: { listen: { host: '127.0.0.1', port: 0 } },
      store: `sqlite:${join(folder, 'tollgate.db')}`,
      providers: { openai: { dialect: 'openai', baseUrl: provider.url, apiKey: 'sk-simulated' } },
      keys: [{ id: 'nightly-job', secret: KEY }],
      policies: [
        {
          name: 'daily-budget-cap',
          type: 'cost-limit',
          config: { limit_usd: 50, period: 'daily', action: 'reject' },
        },
      ],
    }),
  )
  return startGateway(loadConfig({ file, env: {}, cwd: folder }), { clock: fromNoon() })
}

/** It is noon when a scenario begins: no midnight may give it a second day's budget. */
function fromNoon(): { now(): number } {
  const noonMs = new Date().setUTCHours(12, 0, 0, 0)
  const beganMs = performance.now()
  return { now: () => noonMs + Math.floor(performance.now() - beganMs) }
}

/** Run a scenario straight at a provider, and through a gateway with a fresh day's budget. */
async function compare(
  scenario: (target: Target, provider: SimulatedProvider) => Promise<Outcome>,
): Promise<void> {
  const provider = await simulatedProvider({ countInput: 'bytes', keepRequests: 10 })
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-demo-'))
  try {
    print('unprotected', await scenario({ name: 'unprotected', url: provider.url, key: 'sk-real' }, provider))
    provider.reset()
    const gateway = await gatewayTo(provider, folder)
    print(
      'through Tollgate',
      await scenario({ name: 'tollgate', url: `${gateway.url}/v1`, key: KEY }, provider),
    )
    await gateway.close()
  } finally {
    await provider.close()
    rmSync(folder, { recursive: true })
  }
}

function print(name: string, { sent, reached, nanoUsd, stopped }: Outcome): void {
  const dollars = `$${(nanoUsd / 1e9).toFixed(2)}`
  console.log(
    `  ${name.padEnd(17)} ${count(sent)} requests sent · ${count(reached)} reached the provider · ${dollars.padStart(8)} by its own count`,
  )
  console.log(`  ${''.padEnd(17)} ${stopped}`)
}

function count(number: number): string {
  return number.toLocaleString('en-US').padStart(6)
}

console.log(
  'The runaway cron job: its malformed payload never comes back as JSON, so it asks again, and again.',
)
await compare(runawayCronJob)
console.log()
console.log('The concurrent wallet attack: four hundred callers spend one key at the same moment.')
await compare(walletAttack)
