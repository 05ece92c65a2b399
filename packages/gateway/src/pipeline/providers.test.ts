import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../config/index.ts'
import { providersOf } from './providers.ts'

it('Bedrock with several keys sends the one of each deployment, and signs nothing with the machine’s own', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  writeFileSync(
    join(cwd, 'tollgate.yaml'),
    'providers: { bedrock: { region: eu-central-1, apiKeys: [a, b] } }',
  )
  const [bedrock] = providersOf(loadConfig({ file: 'tollgate.yaml', env: {}, cwd }))
  const request = {
    method: 'POST',
    origin: bedrock!.baseUrl,
    path: '/model/m/converse',
    headers: {},
    body: Buffer.alloc(0),
  }
  expect(await bedrock!.hosting!.authorize!({ ...request, apiKey: 'b' })).toEqual({
    authorization: 'Bearer b',
  })
  expect(bedrock!.hosting!.passing).not.toHaveProperty('heldBytes')
})
