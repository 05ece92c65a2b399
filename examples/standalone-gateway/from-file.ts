import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SimulatedProvider, simulatedProvider } from '@tollgate/testing'
import request, { type Test } from 'supertest'
import { loadConfig, startGateway } from 'tollgate'

const ADMIN_TOKEN = 'the-token-of-the-operator-for-tests-03'

/** A gateway that runs from one of the files beside this one, for tests. */
export interface FromFile {
  readonly provider: SimulatedProvider
  /** Where it keeps its books and its records. */
  readonly folder: string
  post(key: string, path: string): Test
  /** Ask for a chat completion, of `gpt-4o-mini` unless `body` says otherwise. */
  ask(key: string, body?: object): Test
  /** Ask the admin API. */
  admin(method: 'get' | 'post', path: string): Test
  close(): Promise<void>
}

/** Start a gateway from a file as it stands, on free ports, in front of a simulated provider. */
export async function fromFile(file: string, keys: Readonly<Record<string, string>>): Promise<FromFile> {
  const provider = await simulatedProvider()
  const folder = mkdtempSync(join(tmpdir(), 'standalone-gateway-'))
  const stated = {
    OPENAI_BASE_URL: provider.url,
    OPENAI_API_KEY: 'sk-real',
    TOLLGATE_ADMIN_TOKEN: ADMIN_TOKEN,
  }
  const config = loadConfig({
    file: fileURLToPath(new URL(file, import.meta.url)),
    cwd: folder,
    env: { ...stated, ...keys },
  })
  const free = { host: '127.0.0.1', port: 0 }
  const gateway = await startGateway({
    ...config,
    listen: { ...config.listen, ...free },
    admin: { ...config.admin, listen: free },
  })
  const post = (key: string, path: string) =>
    request(gateway.url).post(path).set('authorization', `Bearer ${key}`)
  const question = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'What is a toll?' }] }
  return {
    provider,
    folder,
    post,
    ask: (key, body = {}) => post(key, '/v1/chat/completions').send({ ...question, ...body }),
    admin: (method, path) =>
      request(gateway.adminUrl)[method](`/admin/v1${path}`).set('authorization', `Bearer ${ADMIN_TOKEN}`),
    async close() {
      await gateway.close()
      await provider.close()
      rmSync(folder, { recursive: true })
    },
  }
}
