import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, type LoadConfigOptions, loadConfig, startGateway } from 'tollgate'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'

/** A folder in which a gateway is started, with a config file or without. */
function folder() {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'))
  closeAfter(async () => rmSync(cwd, { recursive: true }))
  const free = { host: '127.0.0.1', port: 0 }
  const start = async (options: Omit<LoadConfigOptions, 'cwd'>): Promise<Gateway & { said: string[] }> => {
    const said: string[] = []
    const { admin, ...config } = loadConfig({ ...options, cwd })
    const gateway = await startGateway(
      { ...config, listen: free, admin: { ...admin, listen: free } },
      { output: (line) => said.push(line), cwd },
    )
    closeAfter(async () => void (await gateway.close()))
    return { ...gateway, said }
  }
  return { cwd, start }
}

const meStatus = async (url: string, key: string) =>
  (await fetch(`${url}/tollgate/me`, { headers: { authorization: `Bearer ${key}` } })).status

const CONFIG = 'providers: { local: { dialect: openai, baseUrl: "http://127.0.0.1:9/v1", billing: none } }\n'
const STRAY =
  'key       ./data/demo-key is for starts without --config: refused here, unless the config states it under keys'

it('the key of a start without a config is refused by one with it, which says so', async () => {
  const { cwd, start } = folder()
  const first = await start({ env: {} })
  const key = readFileSync(join(cwd, 'data/demo-key'), 'utf8').trim()
  expect(await meStatus(first.url, key)).toBe(200)
  expect(first.said).not.toContain(STRAY)
  await first.close()

  writeFileSync(join(cwd, 'tollgate.yaml'), CONFIG)
  const second = await start({ file: 'tollgate.yaml', env: {} })
  expect(await meStatus(second.url, key)).toBe(401)
  expect(second.said).toContain(STRAY)
})

it('a config can state it', async () => {
  const { cwd, start } = folder()
  await (await start({ env: {} })).close()
  const keys = 'keys: [{ id: demo, secret: "$' + '{DEMO_KEY}" }]\n'
  writeFileSync(join(cwd, 'tollgate.yaml'), CONFIG + keys)
  const { url } = await start({ file: 'tollgate.yaml', env: { DEMO_KEY_FILE: 'data/demo-key' } })
  expect(await meStatus(url, readFileSync(join(cwd, 'data/demo-key'), 'utf8').trim())).toBe(200)
})

it('a config in a fresh folder says nothing of it', async () => {
  const { cwd, start } = folder()
  writeFileSync(join(cwd, 'tollgate.yaml'), CONFIG)
  const { said } = await start({ file: 'tollgate.yaml', env: {} })
  expect(said.join('\n')).not.toContain('demo-key')
})
