// The MCP server: three tools for notes, each with the scope that it needs.
import {
  createMcpHandler,
  type McpHttpHandler,
  McpServer,
  requireScopes,
  type ScopeChallengeHandler,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

type Notes = Map<string, string>;

const name = z.string().describe('Name of the note');

/**
 * Makes the MCP endpoint. It serves the protocol of 2026-07-28, and without sessions that of 2025-11-25. A call of a tool
 * without its scope is answered with 403 and the name of that scope.
 * @see RFC 6750 §3.1
 */
export function createNotesHandler(): McpHttpHandler {
  const notes: Notes = new Map([['hello', 'The first note.']]);
  return createMcpHandler(() => notesServer(notes));
}

function notesServer(notes: Notes): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool(
    'read_note',
    needing('Read a note', z.object({ name }), requireScopes('notes:read')),
    async (note) => said(notes.get(note.name) ?? 'There is no such note.'),
  );
  server.registerTool(
    'write_note',
    needing('Write a note', z.object({ name, text: z.string() }), requireScopes('notes:write')),
    async (note) => {
      notes.set(note.name, note.text);
      return said('Written.');
    },
  );
  server.registerTool(
    'delete_note',
    needing('Delete a note', z.object({ name }), requireScopes('notes:admin')),
    async (note) => said(notes.delete(note.name) ? 'Deleted.' : 'There is no such note.'),
  );
  return server;
}

function needing<Input extends z.ZodObject>(
  description: string,
  inputSchema: Input,
  scopeChallenge: ScopeChallengeHandler,
) {
  return { description, inputSchema, scopeChallenge };
}

function said(text: string) {
  return { content: [{ type: 'text' as const, text }] };
}
