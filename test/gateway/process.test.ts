import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { ADMIN_TOKEN, place, SECRET } from '../support/gateway.ts'

/** The built program, as npm installs it. */
const MAIN = fileURLToPath(new URL('../../packages/gateway/dist/main.js', import.meta.url))

interface Started {
  readonly child: ChildProcess
  /** All that it has printed. */
  said(): string
  readonly url: string
  readonly adminUrl: string
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
}

/** Run the program; resolves once it has said where operators reach it, or has ended. */
async function tollgate(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Started> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { PATH: process.env.PATH, ...env } })
  closeAfter(async () => void child.kill('SIGKILL'))
  let text = ''
  const ended = once(child, 'close').then(([code]) => code as number | null)
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => (text += chunk))
  const ready = () => /^admin .*$/m.test(text)
  while (
    !ready() &&
    (await Promise.race([once(child.stdout, 'data'), ended.then(() => 'ended')])) !== 'ended'
  );
  const url = (pattern: RegExp) => pattern.exec(text)?.[1] ?? ''
  return {
    child,
    said: () => text,
    url: url(/base_url="(.+?)\/v1"/),
    adminUrl: url(/^admin +(\S+)/m),
    ended,
  }
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'))
  closeAfter(async () => rmSync(folder, { recursive: true }))
  return folder
}

const ANY_PORTS = ['--port', '0', '--admin-port', '0']

function ask(url: string, key: string, body: object = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }], ...body }),
  })
}

describe('tollgate start, in an empty folder', () => {
  it('says how to call it, serves, and finds its key and its books again', async () => {
    const cwd = emptyFolder()
    const first = await tollgate(['start', ...ANY_PORTS], { cwd })
    const key = readFileSync(join(cwd, 'data/demo-key'), 'utf8').trim()
    for (const name of ['demo-key', 'admin-token', 'master-key', 'tollgate.db'])
      expect(statSync(join(cwd, 'data', name)).mode & 0o777, name).toBe(0o600)
    expect(first.said()).toBe(`store     ./data/tollgate.db (this machine; a fleet: store: redis://…)
provider  openai: no key (none set: simulated; answers are made up, and cost nothing real)
policy    daily-budget-cap: $50.00 per key per day, UTC
key       ${key} (team default; in ./data/demo-key)
python    OpenAI(base_url="${first.url}/v1", api_key="${key}")
admin     ${first.adminUrl} (token in ./data/admin-token)
`)
    const answer = await ask(first.url, key)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-tollgate-provider')).toBe('simulated')
    const cost = Number(answer.headers.get('x-tollgate-cost-usd'))
    expect(cost).toBeGreaterThan(0)
    expect((await ask(first.url, 'tg-wrong')).status).toBe(401)
    first.child.kill('SIGINT')
    expect(await first.ended).toBe(0)
    expect(first.said()).toMatch(
      new RegExp(
        String.raw`^\d\d:\d\d:\d\d {2}200 demo gpt-4o-mini 8→24 tok \$${cost} left \$49\.\d+ \d+ ms
\d\d:\d\d:\d\d {2}401 - invalid_api_key \d+ ms
\^C +drained · 2 requests · \$${cost} · books kept
$`,
        'm',
      ),
    )

    const second = await tollgate(['start', '--quiet', ...ANY_PORTS], { cwd })
    expect(second.said()).toContain(key)
    const me = await fetch(`${second.url}/tollgate/me`, { headers: { authorization: `Bearer ${key}` } })
    const { accounts } = (await me.json()) as { accounts: { spent_usd: string }[] }
    expect(accounts.map(({ spent_usd }) => Number(spent_usd))).toEqual([cost])
    await (await ask(second.url, key)).text()
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
    expect(second.said()).not.toMatch(/^\d\d:\d\d/m)
    expect(second.said()).toMatch(/^stop +drained · 1 request · \$0\.\d+ · books kept$/m)
  })

  it('uses a key from the environment, and simulates nothing then', async () => {
    const { said } = await tollgate(['start', ...ANY_PORTS], {
      cwd: emptyFolder(),
      env: { OPENAI_API_KEY: 'sk-not-to-be-printed' },
    })
    expect(said()).toMatch(/^provider +openai ✓ OPENAI_API_KEY$/m)
    expect(said()).not.toMatch(/simulated|sk-not/)
  })

  it('warns of several sets of books on Kubernetes', async () => {
    const { said } = await tollgate(['start', ...ANY_PORTS], {
      cwd: emptyFolder(),
      env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' },
    })
    await expect.poll(said).toMatch(/^warning +this is Kubernetes, .+ three sets of books/m)
  })

  it('ends with one line and code 1 when a port is taken, and says by what to choose another', async () => {
    const cwd = emptyFolder()
    const first = await tollgate(['start', ...ANY_PORTS], { cwd })
    const taken = (url: string) => new URL(url).port
    const says = async (port: string, adminPort: string) => {
      const second = await tollgate(['start', '--port', port, '--admin-port', adminPort], { cwd })
      expect(await second.ended).toBe(1)
      return second.said()
    }
    expect(await says(taken(first.url), '0')).toBe(
      `tollgate start: cannot listen on 127.0.0.1:${taken(first.url)}: something listens there already: stop it, or choose another port by --port or listen.port\n`,
    )
    expect(await says('0', taken(first.adminUrl))).toBe(
      `tollgate start: cannot listen on 127.0.0.1:${taken(first.adminUrl)}: something listens there already: stop it, or choose another port by --admin-port or admin.listen.port\n`,
    )
  })
})

describe('stopping', () => {
  /** A gateway from a config, whose provider holds one stream back. */
  async function streaming() {
    const { folder, provider } = await place()
    const until = gate()
    provider.next({ pause: { afterChunks: 3, until } })
    const env = { ADMIN_TOKEN, PROVIDER: provider.url, PROVIDER_KEY: 'sk-real', ADA_SECRET: SECRET }
    const gateway = await tollgate(['start', '--config', 'tollgate.yaml'], { cwd: folder, env })
    const answer = await ask(gateway.url, SECRET, { stream: true })
    await provider.waitFor(({ requests }) => requests[0]!.chunksSent >= 3)
    const ready = () => fetch(`${gateway.adminUrl}/readyz`).then(({ status }) => status)
    return { gateway, provider, answer, until, ready }
  }

  it('lets a running stream end, takes no new request, and is not ready meanwhile', async () => {
    const { gateway, provider, answer, until, ready } = await streaming()
    expect(await ready()).toBe(200)
    gateway.child.kill('SIGTERM')
    await expect.poll(ready).toBe(503)
    await expect(ask(gateway.url, SECRET)).rejects.toThrow('fetch failed')
    until.open()
    expect(await answer.text()).toContain('data: [DONE]')
    expect(await gateway.ended).toBe(0)
    const billed = provider.totals().nanoUsd / 1e9
    expect(gateway.said()).toContain(`drained · 1 request · $${billed}`)
  })

  it('ends at once at the second signal', async () => {
    const { gateway, until, ready } = await streaming()
    gateway.child.kill('SIGTERM')
    await expect.poll(ready).toBe(503)
    const ended = gateway.ended.then((code) => ({ code }))
    // The first of these may still be taken for an echo of the first signal, as npm makes one.
    const again = setInterval(() => gateway.child.kill('SIGTERM'), 100)
    expect(await ended).toEqual({ code: 143 })
    clearInterval(again)
    expect(gateway.said()).not.toContain('drained')
    until.open()
  })
})

describe('the grace period', () => {
  it('aborts what outlasts it, and charges what had come', async () => {
    const { provider, start } = await place()
    const until = gate()
    provider.next({ pause: { afterChunks: 3, until } })
    const gateway = await start({ graceMs: 5_100, requestLines: true })
    const answer = await ask(gateway.url, SECRET, { stream: true })
    await provider.waitFor(({ requests }) => requests[0]!.chunksSent >= 3)
    const { requests, nanoUsd, cutOff } = await gateway.close()
    expect({ requests, cutOff }).toEqual({ requests: 1, cutOff: 1 })
    expect(nanoUsd).toBeGreaterThanOrEqual(provider.totals().nanoUsd)
    const text = await answer.text()
    expect(text).toContain('This gateway is stopping, and did not wait for the end of the answer. Try again.')
    expect(text).toMatch(/"code":"ledger_unavailable".*\n\ndata: \[DONE\]\n/)
    expect(gateway.said.at(-1)).toMatch(/ 200 ada gpt-4o-mini cut off: this gateway stopped /)
    await provider.waitFor(({ requests: [request] }) => request?.outcome === 'aborted')
    until.open()

    const again = await start()
    const books = await again.admin('/admin/v1/spend?account=key:ada')
    const { spent_usd, reserved_usd } = (await books.json()) as Record<string, string>
    expect(Math.round(Number(spent_usd) * 1e9)).toBe(nanoUsd)
    expect(reserved_usd).toBe('0.000000000')
  })
})
