/** An event is parsed once in a world, however many look at it; nobody changes it. */
import { PlanEvent } from '@waybill/contracts';

export class ParsedEvents {
  private readonly known = new Map<string, PlanEvent>();

  of(value: string): PlanEvent {
    const known = this.known.get(value);
    if (known) return known;
    const event = PlanEvent.parse(JSON.parse(value));
    this.known.set(value, event);
    return event;
  }
}
