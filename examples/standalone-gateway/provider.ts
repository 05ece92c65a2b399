/** A provider that is not there, for trying the gateway without a key: nothing leaves this machine, and nothing costs. */
import { simulatedProvider } from '@tollgate/testing'

const { url } = await simulatedProvider({ port: 9100 })
console.log(`simulated provider  ${url}`)
