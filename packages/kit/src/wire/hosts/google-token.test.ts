import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { googleToken } from './google-token.ts'

/** Google's endpoint for tokens, for an identity of a machine that is not Google's. */
async function tokenServer() {
  let given = 0
  const server = createServer((_, res) => {
    given += 1
    res.setHeader('content-type', 'application/json')
    res.end(
      JSON.stringify({
        access_token: `ya29.${given}`,
        expires_in: 3_600,
        token_type: 'Bearer',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      }),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, given: () => given }
}

it('google-auth-library gets a token for an identity, which is kept', async () => {
  const server = await tokenServer()
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-google-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'identity.txt')
  writeFileSync(file, 'a-token-of-the-machine')
  const keyFilename = join(folder, 'credentials.json')
  writeFileSync(
    keyFilename,
    JSON.stringify({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: server.url,
      credential_source: { file },
    }),
  )
  const token = googleToken({ keyFilename })
  expect(await Promise.all([token(), token()])).toEqual(['ya29.1', 'ya29.1'])
  expect(token()).toBe('ya29.1')
  expect(server.given()).toBe(1)
})

it('credentials that are none are told of by whoever waits', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const token = googleToken({
    credentials: { client_email: 'a@b.example', private_key: private_key.slice(0, 40) },
  })
  await expect(Promise.resolve(token())).rejects.toThrow()
})
