import { connectionsPage } from './connections-page.tsx'
import { disconnectPage } from './disconnect-page.tsx'
import { narrowPage } from './narrow-page.tsx'

/** What a person allowed to apps, and how to take it back. */
export const connectionPages = [disconnectPage, connectionsPage, narrowPage]
