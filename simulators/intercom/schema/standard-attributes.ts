import type { AttributeModel } from '../records.ts';

interface StandardAttribute {
  type: 'data_attribute';
  name: string;
  full_name: string;
  label: string;
  description: string;
  data_type: string;
  api_writable: boolean;
  ui_writable: boolean;
  messenger_writable: boolean;
  custom: false;
  archived: false;
  model: AttributeModel;
}

function standard(
  model: AttributeModel,
  name: string,
  label: string,
  type: string,
  writable: boolean,
): StandardAttribute {
  return {
    type: 'data_attribute',
    name,
    full_name: name,
    label,
    description: label,
    data_type: type,
    api_writable: writable,
    ui_writable: false,
    messenger_writable: true,
    custom: false,
    archived: false,
    model,
  };
}

/** The part of Intercom's own attributes that a migration meets; custom names must differ from them. */
export const STANDARD_ATTRIBUTES: readonly StandardAttribute[] = [
  standard('company', 'name', 'Company name', 'string', true),
  standard('company', 'company_id', 'Company ID', 'string', false),
  standard('company', 'last_request_at', 'Company last seen', 'date', false),
  standard('company', 'remote_created_at', 'Company created at', 'date', true),
  standard('company', 'user_count', 'People', 'integer', false),
  standard('company', 'session_count', 'Company web sessions', 'integer', false),
  standard('company', 'plan', 'Plan', 'string', true),
  standard('company', 'monthly_spend', 'Monthly Spend', 'integer', true),
  standard('company', 'size', 'Company size', 'integer', true),
  standard('company', 'industry', 'Company industry', 'string', true),
  standard('company', 'website', 'Company website', 'string', true),
  standard('contact', 'name', 'Name', 'string', true),
  standard('contact', 'email', 'Email', 'string', true),
  standard('contact', 'phone', 'Phone', 'string', true),
  standard('contact', 'external_id', 'User ID', 'string', true),
  standard('contact', 'role', 'Role', 'string', true),
  standard('contact', 'owner_id', 'Owner', 'integer', true),
  standard('contact', 'avatar', 'Avatar', 'string', true),
  standard('contact', 'created_at', 'First seen', 'date', false),
  standard('contact', 'updated_at', 'Updated at', 'date', false),
  standard('contact', 'signed_up_at', 'Signed up', 'date', true),
  standard('contact', 'last_seen_at', 'Last seen', 'date', true),
  standard('contact', 'unsubscribed_from_emails', 'Unsubscribed from emails', 'boolean', true),
];
