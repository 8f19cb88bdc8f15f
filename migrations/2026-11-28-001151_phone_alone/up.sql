-- Those who are known by their phone alone: few, so that who came again is looked for among them without opening all
-- dossiers with a phone.
create index particulars_by_phone_alone on dossier_particulars (phone) where id_number is null and phone is not null;
