/** `/v1/documents` and `/v1/search`. */
import { Controller, Delete, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { CollectionName, defaultOwner, documentStatuses } from '@waybill/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkShape } from '../../domain/check-shape.ts';
import { documentPath } from '../../domain/task-id.ts';
import { AddDocument } from '../../use-cases/add-document.ts';
import { ReadDocuments } from '../../use-cases/read-documents.ts';
import { SearchDocuments } from '../../use-cases/search-documents.ts';
import { readDocument } from './document-body.ts';
import { exchangeOf } from './exchange.ts';
import { Query } from './query.ts';

const idOf = (request: FastifyRequest): string => (request.params as { document_id: string }).document_id;
const { tenant } = defaultOwner;

@Controller()
export class DocumentsController {
  constructor(
    @Inject(AddDocument) private readonly addDocument: AddDocument,
    @Inject(ReadDocuments) private readonly documents: ReadDocuments,
    @Inject(SearchDocuments) private readonly searchDocuments: SearchDocuments,
  ) {}

  @Post('v1/documents')
  async add(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'addDocument');
    const caller = exchange.caller(request);
    const { documentId, isReplayed } = await this.addDocument.execute(await readDocument(request), caller);
    const self = documentPath(documentId);
    const headers: Record<string, string> = { location: self };
    if (isReplayed) headers['idempotency-replayed'] = 'true';
    exchange.sendJson(
      reply,
      202,
      JSON.stringify({ document_id: documentId, status: 'queued', links: { self } }),
      headers,
    );
  }

  @Get('v1/documents')
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'listDocuments');
    const query = new Query(request, ['collection', 'status', 'limit', 'cursor']);
    const statuses = query.choices('status', documentStatuses);
    const collection = query.one('collection');
    if (collection !== undefined) checkShape(CollectionName, collection, { at: 'collection' });
    const page = await this.documents.list({
      tenant,
      limit: query.limit(),
      ...query.before(),
      ...(statuses ? { statuses } : {}),
      ...(collection === undefined ? {} : { collection }),
    });
    exchange.sendJson(reply, 200, JSON.stringify(page));
  }

  @Get('v1/documents/:document_id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'getDocument');
    exchange.sendJson(reply, 200, JSON.stringify(await this.documents.load(tenant, idOf(request))));
  }

  @Delete('v1/documents/:document_id')
  async delete(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'deleteDocument');
    await this.documents.delete(idOf(request), exchange.caller(request));
    exchange.send(reply, 202, {}, '');
  }

  @Post('v1/search')
  async search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'search');
    const hits = await this.searchDocuments.execute(request.body, exchange.caller(request));
    exchange.sendJson(reply, 200, JSON.stringify({ hits }));
  }
}
