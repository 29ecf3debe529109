/** What operators and tools ask: description, health, readiness, metrics. */
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { openApiDocument, type Readiness } from '@waybill/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { exchangeOf } from './exchange.ts';
import { SERVICE_STATUS } from './tokens.ts';

export interface ServiceStatus {
  readiness(): Readiness;
  /** Prometheus text. */
  metricsText(): Promise<string>;
  readonly metricsContentType: string;
}

@Controller()
export class ServiceController {
  private openApi: string | undefined;

  constructor(@Inject(SERVICE_STATUS) private readonly service: ServiceStatus) {}

  @Get('healthz')
  health(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    exchangeOf(request, 'isAlive').sendJson(reply, 200, '{"status":"ok"}');
  }

  @Get('readyz')
  ready(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const readiness = this.service.readiness();
    exchangeOf(request, 'isReady').sendJson(reply, readiness.status === 'ready' ? 200 : 503, JSON.stringify(readiness));
  }

  @Get('metrics')
  async metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'getMetrics');
    const text = await this.service.metricsText();
    exchange.send(reply, 200, { 'content-type': this.service.metricsContentType }, text);
  }

  @Get('openapi.json')
  describe(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.openApi ??= JSON.stringify(openApiDocument());
    exchangeOf(request, 'getOpenApi').sendJson(reply, 200, this.openApi);
  }
}
