import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port of the loopback interface that nothing listens on. It is below those that systems give to connections:
 * the hundreds of a race beside us must not take it before our server does.
 */
export async function findFreePort(): Promise<number> {
  const port = randomInt(20_000, 30_000)
  return (await isPortFree(port)) ? port : findFreePort()
}

export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, 'localhost')
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
  await closeServer(server)
  return true
}

async function closeServer(server: ReturnType<typeof createServer>): Promise<void> {
  server.close()
  await once(server, 'close')
}
